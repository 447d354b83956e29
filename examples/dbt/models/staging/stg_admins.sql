select
    id as admin_id,
    name as admin_name,
    email,
    job_title,
    away_mode_enabled as is_away,
    has_inbox_seat,
    {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'admins') }}
