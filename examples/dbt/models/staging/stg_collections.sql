-- Intercom names the help center of a collection's parent only: a section takes it from there.
with recursive placed as (
    select id as collection_id, parent_id, help_center_id, id as root_id, 0 as depth
    from {{ source('intercom', 'collections') }}
    where parent_id is null

    union all

    select children.id, children.parent_id, placed.help_center_id, placed.root_id, placed.depth + 1
    from {{ source('intercom', 'collections') }} as children
    inner join placed on placed.collection_id = children.parent_id
    where placed.depth < 10
)

select
    collections.id as collection_id,
    collections.name as collection_name,
    collections.description,
    collections.parent_id,
    coalesce(placed.root_id, collections.id) as root_id,
    coalesce(collections.help_center_id, placed.help_center_id) as help_center_id,
    coalesce(placed.depth, 0) as depth,
    collections.url,
    collections.icon,
    collections."order" as place,
    collections.default_locale,
    collections.workspace_id,
    collections.created_at,
    collections.updated_at,
    collections.{{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'collections') }} as collections
left join placed on placed.collection_id = collections.id
