{# Every value of the column in the run's days is in column `field` of `to`, there on any day of the run. #}
{% test known_in(model, column_name, to, field, day='day') %}
select distinct child.{{ column_name }}
from {{ model }} as child
left join (
    select distinct {{ field }} as known
    from {{ to }}
    where {{ in_run('day') }}
) as parent on child.{{ column_name }} = parent.known
where {{ in_run('child.' ~ day) }} and child.{{ column_name }} is not null and parent.known is null
{% endtest %}
