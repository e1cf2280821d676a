{# The rolling windows of customer_wide, in days; `prev90_before_30d` is the 90 days that end 30 days ago. #}
{% macro payment_windows() %}{{ return([1, 7, 30, 60, 90, 180, 365]) }}{% endmacro %}

{#
    Each kept-up measure: (column, ledger column, window). Window (near, far) holds the event days
    in (day - far, day - near].
#}
{% macro rolling_measures() -%}
    {%- set measures = [] -%}
    {%- for days in payment_windows() -%}
        {%- do measures.append(('pay_cnt_' ~ days ~ 'd', 'pay_cnt', 0, days)) -%}
        {%- do measures.append(('pay_amt_' ~ days ~ 'd', 'pay_amt', 0, days)) -%}
    {%- endfor -%}
    {%- do measures.append(('pay_cnt_prev90_before_30d', 'pay_cnt', 30, 120)) -%}
    {%- for column in ['refund_cnt', 'fail_cnt', 'fail_balance_cnt', 'contact_cnt'] -%}
        {%- do measures.append((column ~ '_30d', column, 0, 30)) -%}
    {%- endfor -%}
    {%- for column in ['inflow_payroll', 'inflow_pension', 'inflow_subsidy', 'inflow_crop', 'reward_amt'] -%}
        {%- do measures.append((column ~ '_90d', column, 0, 90)) -%}
    {%- endfor -%}
    {{ return(measures) }}
{%- endmacro %}

{# An event day that lay inside the last `distance` days on base_day and does so no more. #}
{% macro crossed(distance) -%}
    event_day > {{ days_before(base_day(), distance) }} and event_day <= {{ days_before(first_day(), distance) }}
{%- endmacro %}
