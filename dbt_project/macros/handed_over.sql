{# The newest row of each `key` among those handed over since the base day: what an upsert leaves behind. #}
{% macro handed_over(relation, key) -%}
    select *
    from {{ relation }}
    where dt > {{ base_day() }} and dt <= {{ first_day() }}
    qualify row_number() over (partition by {{ key }} order by dt desc, updated_at desc nulls last, seq desc) = 1
{%- endmacro %}
