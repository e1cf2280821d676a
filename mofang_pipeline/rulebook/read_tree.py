"""tree.yaml, and nodes wherever they stand, as values of model.py. Form only; check.py judges the content."""

from pathlib import Path
from typing import Any

from mofang_pipeline.rulebook.documents import refuse, yaml_document
from mofang_pipeline.rulebook.fields import Entry
from mofang_pipeline.rulebook.gaps import with_examples
from mofang_pipeline.rulebook.model import LEVELS, Node, Parameter, Problem, RulebookError, Tree
from mofang_pipeline.rulebook.structure import tree_problems
from mofang_pipeline.rulebook.values import PARAMETER_TYPES

_PARAMETER_KEYS = ("type", "default", "min", "max", "unit", "set_by", "zh", "en", "locked")
_TAKEN = ("org_code", "valid_from", "valid_to", "rule_version")
_NODE_KEYS = ("id", "parent", "when", "otherwise", "zh", "en")


def tree_in(folder: Path) -> Tree:
    """tree.yaml: parameters, constraints and nodes that form one tree. Raises RulebookError."""
    file = "tree.yaml"
    entry = Entry(
        yaml_document(folder / file, file), file, "tree", ("tree", "parameters", "constraints", "nodes")
    )
    parameters = {name: _parameter(name, value, file) for name, value in entry.mapping("parameters").items()}
    constraints = entry.items("constraints")
    for constraint in constraints:
        if not isinstance(constraint, str):
            refuse(
                file,
                "constraints",
                f"{constraint!r} is not text; write a comparison in quotes",
                "约束应为带引号的比较式",
            )
    nodes = nodes_of(entry.items("nodes"), file)
    raise_any(with_examples(tree_problems(nodes, file), parameters, nodes))
    return Tree(entry.text("tree"), parameters, tuple(constraints), nodes)


def _parameter(name: str, value: Any, file: str) -> Parameter:
    entry = Entry(value, file, f"parameter {name}", _PARAMETER_KEYS)
    if name in _TAKEN:
        refuse(
            file,
            entry.subject,
            "the name is taken by parameter_rows; choose another",
            "名称已被占用，请换一个",
        )
    if not (name.isascii() and name.isidentifier() and name.islower()):
        refuse(
            file, entry.subject, "a name is lower-case letters, digits and _", "名称只能用小写字母、数字和 _"
        )
    return Parameter(
        name=name,
        type=entry.choice("type", PARAMETER_TYPES),
        default=entry.scalar("default"),
        minimum=entry.optional_scalar("min"),
        maximum=entry.optional_scalar("max"),
        unit=entry.text("unit", default=""),
        set_by=entry.choice("set_by", LEVELS, default="hq"),
        zh=entry.text("zh", default=""),
        en=entry.text("en", default=""),
        locked=entry.flag("locked"),
    )


def nodes_of(values: list[Any], file: str) -> tuple[Node, ...]:
    """Nodes of the main tree or of a branch's splits, each well formed by itself. Raises RulebookError."""
    return tuple(_node(value, file, place) for place, value in enumerate(values, start=1))


def _node(value: Any, file: str, place: int) -> Node:
    named = value.get("id") if isinstance(value, dict) else None
    entry = Entry(value, file, f"node {named or place}", _NODE_KEYS)
    parent, when, otherwise = (
        entry.optional_text("parent"),
        entry.optional_text("when"),
        entry.values.get("otherwise"),
    )
    if otherwise not in (None, True):
        entry.refuse(
            "otherwise",
            "can only be true; leave it out or write `when`",
            "只能为 true，否则请删除或改写 when",
        )
    if (when is not None) + (otherwise is True) != (parent is not None):
        entry.refuse(
            "when",
            "or `otherwise: true`: a child needs exactly one, the root neither",
            "与 otherwise: true 二选一，根节点都不写",
        )
    return Node(entry.text("id"), parent, when, entry.text("zh", default=""), entry.text("en", default=""))


def raise_any(problems: list[Problem]) -> None:
    """RulebookError with the problems, if there are any."""
    if problems:
        raise RulebookError(problems)
