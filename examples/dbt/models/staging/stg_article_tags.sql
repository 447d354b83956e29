select article_id, tag_id, {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'article_tags') }}
