select
    tag_id as id,
    tag_name as name,
    false as _fivetran_deleted,
    _loaded_at as _fivetran_synced
from {{ ref('stg_tags') }}
