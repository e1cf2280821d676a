{#
    Each kept-up measure: (column, ledger column, near, far). Window (near, far) holds the event days
    in (day - far, day - near]; the windows' lengths are in dbt_project.yml.
#}
{% macro rolling_measures() -%}
    {%- set measures = [] -%}
    {%- set near, far = var('before_return_window') -%}
    {%- set events, amounts = var('event_window'), var('amount_window') -%}
    {%- for days in var('payment_windows') -%}
        {%- do measures.append(('pay_cnt_' ~ days ~ 'd', 'pay_cnt', 0, days)) -%}
        {%- do measures.append(('pay_amt_' ~ days ~ 'd', 'pay_amt', 0, days)) -%}
    {%- endfor -%}
    {%- do measures.append(('pay_cnt_prev90_before_30d', 'pay_cnt', near, far)) -%}
    {%- for column in ['refund_cnt', 'fail_cnt', 'fail_balance_cnt', 'contact_cnt'] -%}
        {%- do measures.append((column ~ '_' ~ events ~ 'd', column, 0, events)) -%}
    {%- endfor -%}
    {%- for column in ['inflow_payroll', 'inflow_pension', 'inflow_subsidy', 'inflow_crop', 'reward_amt'] -%}
        {%- do measures.append((column ~ '_' ~ amounts ~ 'd', column, 0, amounts)) -%}
    {%- endfor -%}
    {{ return(measures) }}
{%- endmacro %}

{# An event day that lay inside the last `distance` days on base_day and does so no more. #}
{% macro crossed(distance) -%}
    event_day > {{ days_before(base_day(), distance) }} and event_day <= {{ days_before(first_day(), distance) }}
{%- endmacro %}
