{# The run's own days: data tests look at these only, so that their cost does not grow with history. #}
{% macro in_run(day) -%}
    {{ day }} between cast('{{ env_var("MOFANG_FIRST_DAY", "1970-01-01") }}' as date)
    and cast('{{ env_var("MOFANG_LAST_DAY", "1970-01-01") }}' as date)
{%- endmacro %}
