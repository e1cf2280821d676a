"""The rules in force written back as the rulebook's files, for review in git.

A file that says what is in force stays as it was written, comments included; only a branch whose values differ is
written anew, with the comment at its top and its splits kept.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from mofang_pipeline import rules
from mofang_pipeline.home import Home
from mofang_pipeline.rule_log import value_as_text
from mofang_pipeline.rulebook import Override, read_rulebook
from mofang_pipeline.rulebook.model import Branch, Node
from mofang_pipeline.rulebook.texts import texts_in


def export(home: Home, folder: Path) -> list[str]:
    """Writes the rulebook that is in force to `folder`; returns the names of the files that it writes anew."""
    held, files = rules.in_force(home), read_rulebook(home.rulebook)
    texts = texts_in(home.rulebook)
    anew = {}
    for code, branch in held.branches.items():
        written = files.branch(code)
        if dict(branch.values) != dict(written.values):
            anew[written.file] = _branch_text(branch, texts.get(written.file, ""))
    for name, text in (texts | anew).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(anew)


def _branch_text(branch: Branch, before: str) -> str:
    lines = [*_comment(before), f"org: {_quoted(branch.org_code)}"]
    if branch.values:
        lines += ["values:", *(line for name, own in branch.values.items() for line in _value(name, own))]
    if branch.splits:
        lines += ["splits:", *(f"  - {_node(node)}" for node in branch.splits)]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not line.startswith("#"):
            return
        yield line


def _value(name: str, overrides: tuple[Override, ...]) -> list[str]:
    if len(overrides) == 1 and overrides[0].from_day is None:
        return [f"  {name}: {value_as_text(overrides[0].value)}"]
    return [f"  {name}:", *(f"    - {_override(each)}" for each in overrides)]


def _override(override: Override) -> str:
    start = f", from: {override.from_day}" if override.from_day else ""
    return f"{{value: {value_as_text(override.value)}{start}}}"


def _node(node: Node) -> str:
    rule = "otherwise: true" if node.when is None else f"when: {_quoted(node.when)}"
    return f"{{id: {node.id}, parent: {node.parent}, {rule}, zh: {_quoted(node.zh)}, en: {_quoted(node.en)}}}"


def _quoted(text: str) -> str:
    """JSON's double quotes are YAML's."""
    return json.dumps(text, ensure_ascii=False)
