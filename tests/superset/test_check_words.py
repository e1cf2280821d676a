"""Every check has words for the Chinese quality page."""

import re

from mofang_pipeline.quality.identities import IDENTITIES
from mofang_pipeline.quality.suites import FOLDER, read_suite
from mofang_pipeline.superset_service import BUNDLE

WORDS = (BUNDLE / "portal" / "static" / "checks.js").read_text(encoding="utf-8")


def test_every_check_has_its_chinese_words_and_none_is_left_over():
    suites = [read_suite(path.stem) for path in FOLDER.glob("*.yaml")]
    checks = [*IDENTITIES, *(rule.check for suite in suites for rule in suite.rules)]
    written = WORDS.split("CHINESE = {")[1].split("};")[0]
    assert set(re.findall(r"(\w+): \"", written)) == {each.check_name.split("(")[0] for each in checks}
