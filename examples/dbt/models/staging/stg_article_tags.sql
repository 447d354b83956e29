select article_id, tag_id, _loaded_at
from {{ source('intercom', 'article_tags') }}
