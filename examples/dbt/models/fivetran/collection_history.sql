select
    collection_id as id,
    help_center_id,
    parent_id,
    collection_name as name,
    description,
    url,
    icon,
    'collection' as type,
    default_locale,
    workspace_id,
    place as "order",
    created_at,
    updated_at,
    {{ history_columns('updated_at') }}
from {{ ref('stg_collections') }}
