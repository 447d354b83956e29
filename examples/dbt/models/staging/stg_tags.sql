select id as tag_id, name as tag_name, {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'tags') }}
