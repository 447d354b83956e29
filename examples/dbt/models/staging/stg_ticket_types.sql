select
    id as ticket_type_id,
    name as ticket_type_name,
    category,
    coalesce(archived, false) as is_archived,
    coalesce(is_internal, false) as is_internal,
    {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'ticket_types') }}
