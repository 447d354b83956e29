{# The columns by which that package tells versions apart: here each row is its only version. #}
{% macro history_columns(valid_from) -%}
    true as _fivetran_active,
    {{ valid_from }} as _fivetran_start,
    cast(null as timestamp with time zone) as _fivetran_end,
    _loaded_at as _fivetran_synced
{%- endmacro %}
