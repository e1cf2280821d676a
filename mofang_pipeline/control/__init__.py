"""What people did: the control database with its one append-only log.

Here: the database, its schema and the log. Not here: what an action means; that is folded from the log by the
module whose action it is (rules.py: parameters and trees).
"""
