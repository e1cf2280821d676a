{# None of the columns is NULL in the run's days. #}
{% test given(model, columns, day='day') %}
select {{ columns | join(', ') }}
from {{ model }}
where
    {{ in_run(day) }}
    and (
        {%- for column in columns %}
        {{ 'or ' if not loop.first }}{{ column }} is null
        {%- endfor %}
    )
{% endtest %}
