select
    id as part_id,
    ticket_id,
    part_type,
    body,
    created_at,
    author ->> 'id' as author_id,
    author ->> 'type' as author_type,
    assigned_to ->> 'id' as assigned_to_id,
    assigned_to ->> 'type' as assigned_to_type,
    ticket_state as state,
    previous_ticket_state as previous_state,
    coalesce(body, '') <> '' and part_type not like 'note%' as is_reply,
    {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'ticket_parts') }}
