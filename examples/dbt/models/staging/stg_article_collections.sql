select article_id, collection_id, _loaded_at
from {{ source('intercom', 'article_collections') }}
