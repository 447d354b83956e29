{# What DuckDB and PostgreSQL spell differently. All other SQL of this project is common to both. #}

{# How many entries a JSON array has; 0 where it is absent or no array. #}
{% macro entries_of(json) -%}
    {%- if target.type == 'duckdb' -%}
        coalesce(json_array_length({{ json }}), 0)
    {%- else -%}
        case when jsonb_typeof({{ json }}) = 'array' then jsonb_array_length({{ json }}) else 0 end
    {%- endif -%}
{%- endmacro %}
