{# The measures of the activity ledger, each a signed number of one event day. #}
{% macro activity_measures() -%}
    {{ return([
        'pay_cnt', 'pay_amt', 'refund_cnt', 'fail_cnt', 'fail_balance_cnt',
        'inflow_payroll', 'inflow_pension', 'inflow_subsidy', 'inflow_crop', 'contact_cnt', 'reward_amt'
    ]) }}
{%- endmacro %}

{# All measures as columns: the given expressions, 0 for the rest. #}
{% macro activity_columns(given) %}
    {%- for column in activity_measures() %}
        {{ given.get(column, '0') }} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Landed rows that become known in the window; such a row arrived no earlier than the day before (`dt` prunes files). #}
{% macro known_in_window() -%}
    known_day between {{ first_day() }} and {{ last_day() }} and dt >= {{ days_before(first_day(), 1) }}
{%- endmacro %}
