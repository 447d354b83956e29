select
    id as ticket_id,
    ticket_id as ticket_number,
    category,
    ticket_type_id,
    ticket_attributes ->> '_default_title_' as title,
    ticket_state ->> 'id' as ticket_state_id,
    ticket_state ->> 'category' as state,
    nullif(admin_assignee_id, '0') as admin_id,
    nullif(team_assignee_id, '0') as team_id,
    "open" as is_open,
    is_shared,
    channel,
    created_at,
    updated_at,
    snoozed_until,
    {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'tickets') }}
