select
    id as help_center_id,
    display_name as help_center_name,
    identifier,
    workspace_id,
    website_turned_on as is_on,
    created_at,
    updated_at,
    {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'help_centers') }}
