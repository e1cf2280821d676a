{# Date arithmetic that DuckDB and Spark both understand. Arguments are SQL expressions of type date. #}
{% macro add_days(day, number) -%}
    cast({{ day }} + interval {{ number }} day as date)
{%- endmacro %}

{% macro days_before(day, number) -%}
    cast({{ day }} - interval {{ number }} day as date)
{%- endmacro %}

{# Whole days from `earlier` to `later`. #}
{% macro days_between(earlier, later) -%}
    {{ adapter.dispatch('days_between')(earlier, later) }}
{%- endmacro %}
{% macro default__days_between(earlier, later) -%}
    date_diff('day', {{ earlier }}, {{ later }})
{%- endmacro %}
{% macro spark__days_between(earlier, later) -%}
    datediff({{ later }}, {{ earlier }})
{%- endmacro %}

{% macro month_start(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{# Completed years of life on `day`. #}
{% macro age_on(birth_date, day) -%}
    year({{ day }}) - year({{ birth_date }}) - case
        when month({{ birth_date }}) * 100 + day({{ birth_date }}) > month({{ day }}) * 100 + day({{ day }}) then 1 else 0
    end
{%- endmacro %}
