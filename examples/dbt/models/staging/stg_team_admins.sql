select team_id, admin_id, priority, {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'team_admins') }}
