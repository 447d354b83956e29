select
    id as ticket_state_id,
    category as state,
    internal_label,
    external_label,
    coalesce(archived, false) as is_archived,
    {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'ticket_states') }}
