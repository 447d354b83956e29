{#
  The rows of a relation that still hold.

  A relation keeps rows that have ended. Those of a parent's latest reading hold, told by read_at,
  unless the parent itself was read again later and its own lists have no entry any more: a parent
  without entries brings no row to the relation that could say so.
#}
{% macro current_rows(relation, parent, parent_id, lists) %}
    select latest.*
    from (
        select *, max(read_at) over (partition by {{ parent_id }}) as parent_read_at
        from {{ source('intercom', relation) }}
    ) as latest
    inner join {{ source('intercom', parent) }} as parent on parent.id = latest.{{ parent_id }}
    where latest.read_at = latest.parent_read_at
        and (
            parent.read_at is null
            or parent.read_at <= latest.read_at
            {%- for list in lists %}
            or {{ entries_of('(parent.' ~ list[0] ~ " -> '" ~ list[1] ~ "')") }} > 0
            {%- endfor %}
        )
{% endmacro %}
