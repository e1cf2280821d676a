-- The campaigns that the day has to count anew: touched since the base day, waiting for its age, or defined anew.
create or replace temp table campaign_scope as
with

changed_grant as (

    select grant_id from grant_log where known_day > $base and known_day <= $as_of

),

changed_statement as (

    select statement_id from statement_log where known_day > $base and known_day <= $as_of

),

changed_entry as (

    select statement_id, campaign from ledger_log where known_day > $base and known_day <= $as_of

),

-- A row moves the item that it names: a posting its statement's, a statement its grant's. A new grant takes in the
-- statements that named it before it was known.
touched_statement as (

    select statement_id from changed_statement
    union
    select statement_id from changed_entry
    union
    select statement_id from statement_log
    where exists (select 1 from changed_grant where changed_grant.grant_id = statement_log.grant_id)

),

statements as (

    select grant_id, campaign from statement_log
    where exists (
        select 1 from touched_statement where touched_statement.statement_id = statement_log.statement_id
    )

),

touched_grant as (

    select grant_id from changed_grant
    union
    select grant_id from statements

),

defined_anew as (

    select said.campaign
    from campaign_said as said
    left join result_basis as before on said.campaign = before.campaign and before.day = $base
    where before.basis is distinct from said.basis and (before.campaign is not null or said.is_frozen)
    union
    select before.campaign
    from result_basis as before
    left join campaign_said as said on before.campaign = said.campaign
    where before.day = $base and coalesce(said.basis, $unsaid) <> before.basis

)

select campaign from grant_log
where exists (select 1 from touched_grant where touched_grant.grant_id = grant_log.grant_id)
union
select campaign from statements
union
select campaign from ledger_log
where exists (select 1 from touched_statement where touched_statement.statement_id = ledger_log.statement_id)
union
select campaign from changed_entry
union
select campaign from result_sum where day = $base and class = 'timing' and items > 0
union
select campaign from defined_anew
