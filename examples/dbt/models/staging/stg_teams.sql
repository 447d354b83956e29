select
    id as team_id,
    name as team_name,
    distribution_method,
    assignment_limit,
    {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'teams') }}
