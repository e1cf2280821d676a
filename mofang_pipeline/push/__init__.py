"""Pushes: a segment set handed to a channel as files, once, with a funnel that adds up.

channels.py   what a channel may see and how often it may speak to a customer
model.py      what names a push, and what its manifest says
candidates.py who is in the set and what keeps whom out
staging.py    the files, whole under MOFANG_HOME/push before anybody else sees them
handover.py   those files to any fsspec destination, the manifest last
state.py      which pushes there are, folded from the log
books.py      what the lake keeps of them
leavers.py    who has left the set since, and why
actions.py    the one function that does it all, and goes on where a killed one stopped
"""
