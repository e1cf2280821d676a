-- Campaigns: what was planned, who is in which arm, and what came of it.
create table if not exists mart.campaign (
    campaign varchar,
    zh varchar,
    en varchar,
    org_code varchar,
    state varchar, -- draft, approved, frozen, live, ended, reconciled, evaluated, closed
    set_name varchar, -- null for an imported audience
    from_day date,
    to_day date,
    budget_fen bigint,
    channel varchar,
    cost_fen_per_contact bigint,
    margin_rate double,
    plan varchar, -- JSON: arms, primary, metrics, guardrails, alpha, power, mde; as frozen, from freezing on
    frozen_on date,
    priority integer, -- the greater one keeps a customer whom two campaigns want
    plan_hash varchar, -- of the plan as frozen
    plan_changed boolean, -- the file or the log says something else by now
    unknown_customers bigint, -- ids of an imported audience that name no customer of the bank
    problem varchar, -- what keeps it where it is
    as_of date -- the last day that the state knows
);

create table if not exists mart.campaign_audience (
    campaign varchar, customer_key bigint, token varchar, arm varchar, frozen_on date
);

create table if not exists mart.campaign_reward (
    campaign varchar, reward_code varchar, amount_fen bigint, cap_per_customer integer
);

-- Who was wanted and is not in the audience, and why: unknown ids, the global control group, another campaign.
create table if not exists mart.campaign_left_out (
    campaign varchar, customer_key bigint, token varchar, reason varchar, other_campaign varchar
);

create table if not exists mart.campaign_effect (
    campaign varchar,
    arm varchar,
    metric varchar,
    method varchar, -- raw, cuped, did
    n_treatment bigint,
    n_control bigint,
    value_treatment double,
    value_control double,
    effect double,
    se double,
    ci_low double,
    ci_high double,
    p_value double,
    p_adjusted double,
    srm_p double,
    verdict varchar, -- better, worse, unclear, running, withheld, directional
    is_primary boolean,
    is_guardrail boolean,
    is_sequential boolean, -- the interval holds at every daily reading of the window
    pretrend_p double, -- did: the same difference a period earlier
    placebo_p double, -- did: half of the comparison customers against the other half
    as_of date
);

-- The daily readings of the effect while a campaign is live, and its last one.
create table if not exists mart.campaign_reading (
    day date,
    campaign varchar,
    arm varchar,
    metric varchar,
    method varchar,
    effect double,
    se double,
    ci_low double,
    ci_high double,
    verdict varchar
);

create table if not exists mart.campaign_persistence (
    campaign varchar,
    arm varchar,
    metric varchar,
    horizon_days integer, -- of the days after the window that count
    n_treatment bigint,
    n_control bigint,
    value_treatment double,
    value_control double,
    effect double,
    se double,
    ci_low double,
    ci_high double,
    p_value double,
    as_of date
);

create table if not exists mart.campaign_transition (
    campaign varchar,
    arm varchar,
    horizon_days integer, -- after the window's end
    from_segment varchar,
    to_segment varchar,
    customers_treatment bigint,
    customers_control bigint,
    n_treatment bigint,
    n_control bigint,
    effect double, -- difference of the shares of the arm
    extra_customers double, -- effect x n_treatment
    se double,
    ci_low double,
    ci_high double,
    as_of date
);

create table if not exists mart.campaign_roi (
    campaign varchar,
    incremental_pay_fen double,
    incremental_margin_fen double,
    margin_low_fen double,
    margin_high_fen double,
    contact_cost_fen bigint,
    reward_cost_fen bigint,
    open_fen bigint, -- of breaks that nobody has decided: they widen the interval
    budget_fen bigint,
    roi double,
    roi_low double,
    roi_high double,
    verdict varchar, -- better, worse, unclear, running, withheld
    as_of date
);

create table if not exists mart.campaign_funnel (
    campaign varchar, arm varchar, place integer, stage varchar, customers bigint, as_of date
);

create table if not exists mart.campaign_spillover (
    campaign varchar,
    other_campaign varchar,
    arm varchar,
    customers bigint,
    in_other bigint,
    treated_by_other bigint,
    balance_p double, -- arms are treated by the other campaign alike
    effect_overlapping double,
    effect_elsewhere double,
    interaction_p double,
    as_of date
);

-- What freezing fixed for good; mart.campaign_audience are those of it who are customers of the bank.
create table if not exists int.campaign_assignment (campaign varchar, token varchar, arm varchar, frozen_on date);

-- Customers by arm as the log says that they were frozen: what the audience is checked against.
create table if not exists int.campaign_frozen_arm (campaign varchar, arm varchar, customers bigint);

-- What all campaigns over sets of a quarter brought together: whom they wanted, against the global control group.
create table if not exists mart.campaign_global_effect (
    period varchar, -- the quarter for which the group was drawn, such as 2026Q2
    org_code varchar, -- head office: all customers; a tier-1 branch: its own
    from_day date, -- the first day of the quarter's first campaign
    to_day date, -- the last day read
    campaigns integer, -- that wanted customers of the organisation
    metric varchar,
    method varchar, -- raw, cuped
    n_treatment bigint,
    n_control bigint,
    value_treatment double,
    value_control double,
    effect double,
    se double,
    ci_low double,
    ci_high double,
    p_value double,
    p_adjusted double,
    srm_p double,
    verdict varchar,
    is_guardrail boolean,
    is_sequential boolean, -- the interval holds at every daily reading of the quarter
    as_of date
);
