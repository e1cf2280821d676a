{# The columns name a row: none is NULL, and no two rows of the run's days have the same. #}
{% test keyed_by(model, columns, day='day') %}
select {{ columns | join(', ') }}, count(*) as rows_with_key
from {{ model }}
where {{ in_run(day) }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
