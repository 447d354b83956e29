select team_id, admin_id, _loaded_at as _fivetran_synced
from {{ ref('stg_team_admins') }}
