"""What the first question after a start would wait for, asked before anybody does. Failing here is no failure."""

import logging
import threading

from mofang_pipeline import rules
from mofang_pipeline.access import HQ_ANALYST, Viewer
from mofang_pipeline.home import Home
from mofang_pipeline.portal.asked import Asked
from mofang_pipeline.portal.pages import rules as rule_pages
from mofang_pipeline.portal.pages import tree
from mofang_pipeline.portal.reading import PublishedLake

log = logging.getLogger("uvicorn.error")


def start_warming(home: Home, lake: PublishedLake) -> None:
    threading.Thread(target=warm, args=(home, lake), daemon=True).start()


def warm(home: Home, lake: PublishedLake) -> None:
    """Opens the published lake and the log of rules, and reads the tree and its parameters once."""
    try:
        head_office = rules.in_force(home).head_office.org_code
        asked = Asked(Viewer("mofang", HQ_ANALYST, head_office), home, lake, {}, {})
        for question in (rule_pages.current, tree.nodes):
            question(asked)
    except Exception as error:  # whoever asks first is told properly
        log.info("not warmed: %s", error)
