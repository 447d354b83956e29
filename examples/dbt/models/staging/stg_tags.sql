select id as tag_id, name as tag_name, _loaded_at
from {{ source('intercom', 'tags') }}
