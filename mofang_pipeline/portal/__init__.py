"""The portal's service: answers the pages inside Superset's menu 魔方, on a Unix socket that only Superset reaches.

`application.py` puts it together, `asked.py` is what a page's functions are given, `reading.py` reads the lake, and
`pages/` has one module per page. What a page does to the bank's data it does through the same functions as the command
line. Login, CSRF and the menu bar are Superset's (superset/portal.py). How to add a page: superset/portal/README.md.
"""
