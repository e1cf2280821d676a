"""A rulebook folder as a Rulebook; the tree itself is read by read_tree.py.

Here: which files and keys there are and how each becomes a value of model.py. Problems of form are raised as
RulebookError, all files' together; whether names, bounds and conditions make sense is for check.py.
"""

from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from mofang_pipeline.rulebook.documents import csv_rows, refuse, yaml_document
from mofang_pipeline.rulebook.fields import Entry, iso_day
from mofang_pipeline.rulebook.model import (
    LEVELS,
    Branch,
    Institution,
    Organisation,
    Override,
    Problem,
    Rulebook,
    RulebookError,
    Settings,
)
from mofang_pipeline.rulebook.read_campaigns import campaigns_in
from mofang_pipeline.rulebook.read_tree import nodes_of, raise_any, tree_in
from mofang_pipeline.rulebook.structure import (
    id_problems,
    organisation_problems,
    sibling_problems,
)

Read = TypeVar("Read")
INHERIT = "inherit"


def read_rulebook(folder: Path) -> Rulebook:
    """The rulebook in `folder`, well formed but not checked.

    organisations.csv and tree.yaml are required; settings.yaml, institutions.csv and branches/ may be absent.
    So may campaigns/. segment_sets.yaml belongs to another reader. Raises RulebookError with every file's problem.
    """
    problems: list[Problem] = []

    def attempt(part: Callable[[], Read]) -> Read | None:
        try:
            return part()
        except RulebookError as error:
            problems.extend(error.problems)
            return None

    settings = attempt(lambda: _settings(folder))
    organisations = attempt(lambda: _organisations(folder))
    institutions = attempt(lambda: _institutions(folder))
    tree = attempt(lambda: tree_in(folder))
    paths = sorted(path for path in (folder / "branches").glob("*") if not path.name.startswith("."))
    branches = [attempt(partial(_branch, path, organisations)) for path in paths]
    campaigns = attempt(lambda: campaigns_in(folder))
    if problems or settings is None or organisations is None or institutions is None or tree is None:
        raise RulebookError(problems)
    return Rulebook(
        settings,
        organisations,
        institutions,
        tree,
        {branch.org_code: branch for branch in branches if branch},
        campaigns or (),
    )


def _settings(folder: Path) -> Settings:
    file = "settings.yaml"
    if not (folder / file).exists():
        return Settings()
    known = {each.name: type(each.default) for each in fields(Settings)}
    entry = Entry(yaml_document(folder / file, file) or {}, file, "settings", known)
    for key, value in entry.values.items():
        if known[key] is Decimal and type(value) is int:  # a share of 0 or 1
            continue
        if type(value) is not known[key] or (isinstance(value, (int, Decimal)) and value < 0):
            wanted = "true or false" if known[key] is bool else f"{known[key].__name__}, not negative"
            shown = repr(value) if isinstance(value, str) else value
            entry.refuse(key, f"is {shown}; it must be {wanted}", f"为 {shown}，类型不符或为负")
    settings = Settings(**entry.values)
    if settings.global_control_share >= 1:
        entry.refuse(
            "global_control_share", "must be below 1: nobody would be left", "须小于 1，否则无人可选"
        )
    try:
        ZoneInfo(settings.timezone)
    except (KeyError, ValueError, OSError):
        entry.refuse(
            "timezone",
            f"is {settings.timezone!r}; use a name such as Asia/Shanghai",
            "不是有效时区，例如 Asia/Shanghai",
        )
    return settings


def _organisations(folder: Path) -> dict[str, Organisation]:
    file = "organisations.csv"
    columns = ("org_code", "parent_code", "level", "name_zh", "name_en")
    rows = csv_rows(folder / file, file, columns)
    organisations = [
        Organisation(
            row["org_code"], row["parent_code"] or None, row["level"], row["name_zh"], row["name_en"]
        )
        for row in rows
    ]
    for org in organisations:
        if org.level not in LEVELS:
            refuse(
                file,
                f"organisation {org.org_code}",
                f"level is {org.level!r}; use hq, tier1 or tier2",
                "级别应为 hq、tier1 或 tier2",
            )
    raise_any(organisation_problems(organisations, file))
    return {org.org_code: org for org in organisations}


def _institutions(folder: Path) -> tuple[Institution, ...]:
    file = "institutions.csv"
    if not (folder / file).exists():
        return ()
    columns = ("institution_code", "name_zh", "name_en", "valid_from", "valid_to")
    institutions: dict[str, Institution] = {}
    for row in csv_rows(folder / file, file, columns):
        code = row["institution_code"]
        subject = f"institution {code}"
        if code in institutions or not code:
            refuse(file, subject, "is given twice or has no code; correct it", "编号重复或为空，请更正")
        days = [iso_day(row[key], file, subject) if row[key] else None for key in ("valid_from", "valid_to")]
        if days[0] and days[1] and days[1] < days[0]:
            refuse(
                file,
                subject,
                "valid_to is before valid_from; correct one",
                "valid_to 早于 valid_from，请更正",
            )
        institutions[code] = Institution(code, row["name_zh"], row["name_en"], days[0], days[1])
    return tuple(institutions.values())


def _branch(path: Path, organisations: dict[str, Organisation] | None) -> Branch:
    file = f"branches/{path.name}"
    if path.suffix != ".yaml":
        refuse(
            file,
            "file",
            "is not named <org_code>.yaml; rename or remove it",
            "文件名应为 <机构编号>.yaml，请改名或删除",
        )
    entry = Entry(yaml_document(path, file), file, "branch", ("org", "values", "splits"))
    org_code = entry.text("org")
    if org_code != path.stem:
        entry.refuse(
            "org",
            f"is {org_code!r} but the file is named {path.name}; make them equal",
            f"为 {org_code!r}，与文件名不一致，请改成一致",
        )
    if organisations is not None and org_code not in organisations:
        entry.refuse(
            "org",
            f"{org_code!r} is not in organisations.csv; add it or correct it",
            f"{org_code!r} 不在 organisations.csv 中，请更正",
        )
    values = {name: _overrides(name, value, file) for name, value in entry.mapping("values").items()}
    splits = nodes_of(entry.items("splits"), file)
    for node in splits:
        if node.parent is None:
            refuse(
                file,
                f"node {node.id}",
                "a split's node needs a parent, a main leaf; add it",
                "细分节点须写上级（主树叶子），请补上",
            )
    raise_any([*id_problems(splits, file), *sibling_problems(splits, file)])
    return Branch(org_code, values, splits)


def _overrides(name: str, value: Any, file: str) -> tuple[Override, ...]:
    """`v`, `{value: v, from: D}` or a list of these; `inherit` for v ends the organisation's own value."""
    overrides = tuple(_override(name, item, file) for item in (value if isinstance(value, list) else [value]))
    days = [override.from_day for override in overrides]
    if len(set(days)) != len(days):
        refuse(
            file,
            f"parameter {name}",
            "has two values from the same day; keep one",
            "同一天有两个值，请保留一个",
        )
    return overrides


def _override(name: str, item: Any, file: str) -> Override:
    wrapped = item if isinstance(item, dict) else {"value": item}
    entry = Entry(wrapped, file, f"parameter {name}", ("value", "from"))
    value = None if entry.values.get("value") == INHERIT else entry.scalar("value")
    return Override(value, entry.day("from"))
