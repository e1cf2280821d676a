"""The control database's schema, step by step, run by Alembic; part of the package, so a clone has it.

A new step is a file in versions/, named in NEWEST.
"""

NEWEST = "0001_log"
