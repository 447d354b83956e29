select article_id, collection_id, {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'article_collections') }}
