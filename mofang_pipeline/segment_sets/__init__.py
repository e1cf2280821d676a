"""Segment sets: groups of customers that the business names, combined from nodes, sets, conditions and moves.

model.py      what a definition and a version are
algebra.py    the `members` text as a tree of names
written.py    a definition as it is written in YAML or sent by the portal
check.py      whether definitions make sense together: names, circles, sharing
registry.py   the versions, folded from the log; rulebook/segment_sets.yaml seeds it
compile.py    all sets of a day as one query
members.py    that query run; what the lake keeps of it
actions.py    saving, deleting, using
reading.py    what a list, a set, its members, sizes and overlaps look like to an organisation
"""
