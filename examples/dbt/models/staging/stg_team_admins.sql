select team_id, admin_id, priority, _loaded_at
from {{ source('intercom', 'team_admins') }}
