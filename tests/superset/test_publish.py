from datetime import date

import pytest

from mofang_pipeline.home import Home
from mofang_pipeline.serving import publish


def test_what_was_published_last_is_shown(tmp_path):
    home = Home(home=tmp_path)
    publish.publish(home, 7, date(2026, 11, 1))
    publish.publish(home, 9, date(2026, 11, 2))
    assert publish.published(home) == publish.Published(9, date(2026, 11, 2))


def test_nothing_published_is_a_clear_error(tmp_path):
    with pytest.raises(publish.NotPublishedError, match="mofang run"):
        publish.published(Home(home=tmp_path))


def test_a_damaged_pointer_is_a_clear_error(tmp_path):
    home = Home(home=tmp_path)
    publish.pointer(home).write_text("{")
    with pytest.raises(publish.NotPublishedError, match=r"published\.json"):
        publish.published(home)


def test_the_pointer_is_replaced_by_rename_and_leaves_no_draft(tmp_path):
    home = Home(home=tmp_path)
    publish.publish(home, 7, date(2026, 11, 1))
    reader = publish.pointer(home).open()
    publish.publish(home, 8, date(2026, 11, 2))
    assert '"snapshot": 7' in reader.read()  # a reader in the middle keeps the whole old pointer
    assert [path.name for path in publish.pointer(home).parent.iterdir()] == ["published.json"]
