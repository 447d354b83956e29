select
    help_center_id as id,
    help_center_name as display_name,
    identifier,
    workspace_id,
    is_on as website_turned_on,
    created_at,
    updated_at,
    {{ history_columns('updated_at') }}
from {{ ref('stg_help_centers') }}
