"""Campaigns: who is in them, what state they are in, and what came of them.

states.py     the state machine, folded from the log of what people and nights did
history.py    that log, read and added to
audience.py   the audience and its arms, fixed for good
drafts.py     planning in the portal: saved, handed in, thrown away
budget.py     what is spent and what is left of it
contacting.py whether a list may be pushed for it
actions.py    what people do: approve, freeze, close
follow.py     what a night does: states that move on their days, the tables of campaigns
needs.py      the sample size that a plan needs, before it is approved
measures.py   metrics over the audience as sums per arm, in SQL
results.py    effects, readings, persistence from those sums (the statistics are mofang_pipeline/evaluation)
after.py      transitions, funnel, return, spill-over
evaluate.py   all of it for one campaign and day, written to the lake
"""
