"""YAML and CSV files as plain values, read strictly.

YAML here has text, whole numbers, decimals (exact), true/false, null, lists and mappings, and no more:
`000000`, `no` and 2026-01-01 are text. Duplicate keys, anchors and tags are refused. What the values mean
is read.py's business.
"""

import csv
import re
from collections.abc import Hashable
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import yaml

from mofang_pipeline.rulebook.model import Problem, RulebookError

_PLAIN_SCALARS = {
    "null": r"^(?:null|~|)$",
    "bool": r"^(?:true|false)$",
    "int": r"^-?(?:0|[1-9][0-9]{0,17})$",
    "float": r"^-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,9}$",
}


def refuse(file: str, subject: str, en: str, zh: str) -> NoReturn:
    """Raise RulebookError with this one problem."""
    raise RulebookError([Problem(file, subject, en, zh)])


class _Loader(yaml.SafeLoader):
    """SafeLoader with only the scalars above and without anchors or duplicate keys."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(
                problem="anchors and aliases are not allowed", problem_mark=event.start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if not isinstance(key, (str, int)) or key in keys[:place]:
                mark = node.value[place][0].start_mark
                raise yaml.MarkedYAMLError(
                    problem=f"key {key!r} is given twice or is no name", problem_mark=mark
                )
        return super().construct_mapping(node, deep=deep)


def _install() -> None:
    for tag, pattern in _PLAIN_SCALARS.items():
        _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), None)
    _Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(node.value))


_install()


def yaml_document(path: Path, file: str) -> Any:
    """The file's one document. Raises RulebookError naming `file` and the line."""
    try:
        return yaml.load(_text(path, file), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        refuse(
            file,
            f"line {line}",
            f"cannot be read as YAML: {error.problem}; correct it",
            f"无法按 YAML 读取：{error.problem}，请更正",
        )
    except (yaml.YAMLError, RecursionError) as error:
        refuse(
            file,
            "line 1",
            f"cannot be read as YAML: {str(error).splitlines()[0][:100]}; correct it",
            "无法按 YAML 读取，请更正",
        )


def csv_rows(path: Path, file: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """The file's rows, stripped, with exactly these columns. Raises RulebookError naming the line."""
    reader = csv.reader(_text(path, file).splitlines(), strict=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in line]) for line in reader if line]
    except csv.Error as error:
        en, zh = f"cannot be read as CSV: {error}; correct it", f"无法按 CSV 读取：{error}，请更正"
        refuse(file, f"line {reader.line_num}", en, zh)
    header = lines[0][1] if lines else []
    if sorted(header) != sorted(columns):
        wanted, found = ",".join(columns), ",".join(header)
        refuse(file, "header", f"needs the columns {wanted}, has {found}", f"表头应为 {wanted}，现为 {found}")
    for number, line in lines[1:]:
        if len(line) != len(header):
            en, zh = (
                f"needs {len(header)} cells, has {len(line)}",
                f"应有 {len(header)} 列，现有 {len(line)} 列",
            )
            refuse(file, f"line {number}", en, zh)
    return [dict(zip(header, line, strict=True)) for _, line in lines[1:]]


def _text(path: Path, file: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        refuse(file, "file", "is missing; create it", "文件不存在，请创建")
    except (OSError, UnicodeDecodeError) as error:
        refuse(file, "file", f"cannot be read as UTF-8 text: {error}", f"无法按 UTF-8 文本读取：{error}")
