select
    team_id as id,
    team_name as name,
    false as _fivetran_deleted,
    _loaded_at as _fivetran_synced
from {{ ref('stg_teams') }}
