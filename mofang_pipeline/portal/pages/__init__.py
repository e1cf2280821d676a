"""One module per page of the portal: `WAYS` lists its addresses, each answered by one function of an Asked.

Here: asking the lake and shaping answers for the page's JavaScript. What acts on the bank's data lives elsewhere.
"""
