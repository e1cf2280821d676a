{# The column holds one of the values, or NULL, in the run's days. #}
{% test one_of(model, column_name, values, day='day') %}
select {{ column_name }}
from {{ model }}
where {{ in_run(day) }} and {{ column_name }} not in ('{{ values | join("', '") }}')
{% endtest %}
