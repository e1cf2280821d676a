"""What a page's function is given: who asks, for which organisation and days, and how to read the lake.

Every value that comes from the browser passes through here: an organisation outside the viewer's scope is forbidden, a
text that is no day or number is refused with a reason. Nothing here knows HTTP.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mofang_pipeline.access import Viewer, below
from mofang_pipeline.home import Home
from mofang_pipeline.portal.reading import PublishedLake, Row
from mofang_pipeline.refusals import Refused

IN_SCOPE = """
    with recursive scope as (
        select org_code from mart.organisation where org_code = $viewer_org
        union all
        select child.org_code
        from mart.organisation as child
        inner join scope on child.parent_code = scope.org_code
    )
    select org_code from scope where org_code = $org
"""
PARENTS = "select org_code, parent_code from mart.organisation"


class Forbidden(Refused):
    """The viewer may not see or do this."""


class Malformed(Refused):
    """The browser sent what no page sends."""


@dataclass(frozen=True)
class Asked:
    """One question or action. `query` comes from the address, `body` from the JSON of a POST."""

    viewer: Viewer
    home: Home
    lake: PublishedLake
    query: Mapping[str, str]
    body: Mapping[str, Any]

    def rows(self, text: str, **values: Any) -> list[Row]:
        return self.lake.rows(text, values)

    def org(self, name: str = "org") -> str:
        """The organisation asked for, the viewer's own by default; Forbidden outside the viewer's scope."""
        return self.in_scope(self._text(name) or self.viewer.org_code)

    def in_scope(self, code: str) -> str:
        """The same code; Forbidden for an organisation outside the viewer's scope."""
        if not self.within(code):
            raise Forbidden(
                f"organisation {code} is outside your scope ({self.viewer.org_code})",
                f"机构 {code} 不在您的权限范围（{self.viewer.org_code}）内",
            )
        return code

    def orgs(self) -> list[str]:
        """The organisation asked for and all below it, by code; Forbidden outside the viewer's scope."""
        parents = {row["org_code"]: row["parent_code"] for row in self.rows(PARENTS)}
        return sorted(below(self.org(), parents))

    def day(self, name: str = "day") -> date:
        """A day as YYYY-MM-DD; the last published one by default."""
        text = self._text(name)
        if not text:
            return self.lake.published().last_day
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise Malformed(f"{name}: {text} is not a day", f"{name}：{text} 不是日期") from None

    def number(self, name: str, default: int) -> int:
        text = self._text(name)
        if not text:
            return default
        if not text.lstrip("-").isdigit():
            raise Malformed(f"{name}: {text} is not a number", f"{name}：{text} 不是数字")
        return int(text)

    def text(self, name: str) -> str:
        """A text that must be there."""
        found = self._text(name)
        if not found:
            raise Malformed(f"{name} is missing; fill it in", f"缺少 {name}，请填写")
        return found

    def optional(self, name: str) -> str | None:
        return self._text(name) or None

    def within(self, code: str) -> bool:
        return bool(self.rows(IN_SCOPE, viewer_org=self.viewer.org_code, org=code))

    def _text(self, name: str) -> str:
        value = self.body.get(name, self.query.get(name, ""))
        return str(value).strip() if value is not None else ""


Answer = Any  # what JSON knows, or a Download
Function = Callable[[Asked], Answer]


@dataclass(frozen=True)
class Way:
    """A page's address, relative to /mofang/api/<page>, the function that answers, and the action that it is."""

    method: str
    path: str
    function: Function
    action: str | None = None  # of access.ACTIONS; the page's own where None
    remembered: bool = False  # its answer is kept, see remembering.py


@dataclass(frozen=True)
class Download:
    """An answer that the browser saves as a file."""

    file_name: str
    media_type: str
    content: bytes


def get(path: str, function: Function, action: str | None = None) -> Way:
    return Way("GET", path, function, action)


def remembered(path: str, function: Function, action: str | None = None) -> Way:
    """For what reads the published lake and the rules, and nothing else: neither the user's name nor the clock."""
    return Way("GET", path, function, action, remembered=True)


def post(path: str, function: Function, action: str | None = None) -> Way:
    """For what changes something; Superset lets it through only with its CSRF token."""
    return Way("POST", path, function, action)


Ways = Sequence[Way]
