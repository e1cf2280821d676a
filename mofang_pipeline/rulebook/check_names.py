"""Whether everything has a Chinese and an English name."""

from collections.abc import Iterator

from mofang_pipeline.rulebook.model import Problem, Rulebook


def name_problems(rulebook: Rulebook) -> Iterator[Problem]:
    """Everything that people see has a name in both languages."""
    tree = rulebook.tree
    named: list[tuple[str, str, str, str]] = [
        ("tree.yaml", f"parameter {p.name}", p.zh, p.en) for p in tree.parameters.values()
    ]
    named += [("tree.yaml", f"node {node.id}", node.zh, node.en) for node in tree.nodes]
    named += [
        (branch.file, f"node {node.id}", node.zh, node.en)
        for branch in rulebook.branches.values()
        for node in branch.splits
    ]
    named += [
        ("organisations.csv", f"organisation {org.org_code}", org.name_zh, org.name_en)
        for org in rulebook.organisations.values()
    ]
    named += [
        ("institutions.csv", f"institution {i.institution_code}", i.name_zh, i.name_en)
        for i in rulebook.institutions
    ]
    for file, subject, zh, en in named:
        missing = [language for language, name in (("Chinese", zh), ("English", en)) if not name.strip()]
        if missing:
            yield Problem(
                file, subject, f"has no {' and no '.join(missing)} name; add it", "中英文名称须齐全，请补上"
            )
