{# The run's own days: data tests look at these only, so that their cost does not grow with history. #}
{% macro in_run(day) -%}
    {{ day }} between cast('{{ var("first_day", "1970-01-01") }}' as date) and cast('{{ var("last_day", "1970-01-01") }}' as date)
{%- endmacro %}
