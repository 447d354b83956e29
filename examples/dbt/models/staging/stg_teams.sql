select
    id as team_id,
    name as team_name,
    distribution_method,
    assignment_limit,
    _loaded_at
from {{ source('intercom', 'teams') }}
