{# Whole seconds between two times. #}
{% macro seconds_between(earlier, later) -%}
    cast(extract(epoch from ({{ later }} - {{ earlier }})) as bigint)
{%- endmacro %}

{# The day on which something happened, by the clock of the project's time zone. #}
{% macro day_of(moment) -%}
    cast(({{ moment }}) at time zone '{{ var("timezone") }}' as date)
{%- endmacro %}

{# The middle of the values, half way between two where their number is even. #}
{% macro median_of(value) -%}
    percentile_cont(0.5) within group (order by {{ value }})
{%- endmacro %}
