{#
    The materialization `by_day`: a table partitioned by day, of which a run replaces exactly the days it is given.

    The model's text is rendered once; first_day(), last_day() and base_day() stand in it as marks that are filled in
    for each window that run_windows() gives for config `windows` (`days` or `ledger_ranges`). Each window is one
    transaction: delete its partition, insert the query's rows. So 30 days are one dbt start, a crash leaves whole
    days, and the memory needed is that of one window.
#}
{% macro first_day() %}cast('__first__' as date){% endmacro %}
{% macro last_day() %}cast('__last__' as date){% endmacro %}
{% macro base_day() %}cast('__base__' as date){% endmacro %}

{% macro crossed_days() %}__crossed_days__{% endmacro %}

{#
    What a run computes, from the environment (mofang_pipeline/plan.py): MOFANG_DAYS, a business day each and the state
    day that it is rolled on from; MOFANG_LEDGER_RANGES, known days whose ledger partitions are written anew.
    Not from --vars: every new set of those makes dbt parse the whole project again.
#}
{% macro run_windows(name) -%}
    {{ return(fromjson(env_var('MOFANG_' ~ (name | upper), '[]'))) }}
{%- endmacro %}

{# A window is {first, last, base, crossed_days}: text days, and the list of event days that cross a window's edge. #}
{% macro fill_window(text, window) -%}
    {%- set filled = namespace(text=text) -%}
    {%- for mark, value in window.items() -%}
        {%- set filled.text = filled.text | replace('__' ~ mark ~ '__', value) -%}
    {%- endfor -%}
    {{ return(filled.text) }}
{%- endmacro %}

{% materialization by_day, default, supported_languages=['sql'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set partition_day = config.get('partition_day', 'day') -%}
    {%- set windows = run_windows(config.get('windows', 'days')) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}

    {%- if load_cached_relation(this) is none -%}
        {%- do create_by_day(target_relation, config.get('partitioned_by', [partition_day])) -%}
    {%- endif -%}
    {%- if config.get('contract').enforced -%}
        {%- set shape = fill_window(sql, {'first': '1970-01-01', 'last': '1970-01-01', 'base': '1970-01-01', 'crossed_days': 'null'}) -%}
        {%- do run_query(get_assert_columns_equivalent(shape)) -%}
    {%- endif -%}
    {%- set columns = get_quoted_csv(add_missing_columns(target_relation)) -%}
    {%- for window in windows %}
        {%- do replace_window(target_relation, partition_day, columns, fill_window(sql, window), window) -%}
    {%- endfor %}
    {% call statement('main') -%}
        select {{ windows | length }} as windows_written
    {%- endcall %}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Made from the declared columns, since a model that rolls on from its own earlier days cannot be its own first shape. #}
{% macro create_by_day(relation, partitioned_by) %}{{ adapter.dispatch('create_by_day')(relation, partitioned_by) }}{% endmacro %}
{% macro default__create_by_day(relation, partitioned_by) -%}
    {% call statement('create') -%}
        create table if not exists {{ relation }} (
            {%- for column in model.columns.values() %}
            {{ column.name }} {{ column.data_type }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
    {%- endcall %}
    {% call statement('partitions') -%}
        alter table {{ relation }} set partitioned by ({{ partitioned_by | join(', ') }})
    {%- endcall %}
    {%- do persist_docs(relation, model) -%}
    {%- do adapter.commit() -%}
{%- endmacro %}

{# Columns that were declared since the table was made; old rows have NULL there. Returns the names of all columns. #}
{% macro add_missing_columns(relation) -%}
    {%- set names = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- for column in model.columns.values() if column.name not in names %}
        {% call statement('add') -%}
            alter table {{ relation }} add column {{ column.name }} {{ column.data_type }}
        {%- endcall %}
        {%- do adapter.commit() -%}
        {%- do names.append(column.name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{% macro replace_window(relation, partition_day, columns, query, window) -%}
    {{ adapter.dispatch('replace_window')(relation, partition_day, columns, query, window) }}
{%- endmacro %}
{% macro default__replace_window(relation, partition_day, columns, query, window) -%}
    {% call statement('delete') -%}
        delete from {{ relation }}
        where {{ partition_day }} between cast('{{ window.first }}' as date) and cast('{{ window.last }}' as date)
    {%- endcall %}
    {% call statement('insert') -%}
        insert into {{ relation }} ({{ columns }}) select {{ columns }} from ({{ query }}) as query
    {%- endcall %}
    {%- do adapter.commit() -%}
{%- endmacro %}
