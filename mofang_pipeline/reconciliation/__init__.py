"""Reconciliation of campaign rewards: the bank's grants, the institutions' statements, the funding account's ledger.

    classes.py    the classes of an item, in their order of precedence
    facts.py      the reward rows, campaigns and confirmed matches that are known on a day
    matching.py   rows -> items -> classes, sums and breaks (mofang_pipeline/sql/reconciliation)
    carrying.py   which campaigns a day has to count anew; the others are carried on
    daily.py      days -> mart.campaign_reconciliation and mart.campaign_break
    decisions.py  what people decided about breaks, and the matches they confirmed, in the log

Nothing here knows Dagster. Which reward rows arrive, and what is refused of them, is landing's.
"""
