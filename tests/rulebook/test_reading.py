"""Reading a rulebook folder: what is accepted, and that every malformed file is refused by name."""

from datetime import date
from pathlib import Path

import pytest
from rulebook_cases import SMALL, customer, segment, write

from mofang_pipeline.rulebook import Override, RulebookError, check, read_rulebook

TREE, ORGS = SMALL["tree.yaml"], SMALL["organisations.csv"]
CIRCLE = "{id: Z, parent: root, otherwise: true}\n  - {id: GONE, parent: G_OLD, otherwise: true"
BRANCH = "org: P1\nvalues: {window: 50}\n"
SPLIT = "org: P1\nsplits:\n  - {id: GO_A, parent: G_OLD, when: is_rural, zh: 甲, en: A}\n"


def tree(old: str, new: str) -> dict[str, str]:
    assert old in TREE
    return {"tree.yaml": TREE.replace(old, new, 1)}


def orgs(line: str) -> dict[str, str]:
    return {"organisations.csv": ORGS + line + "\n"}


def institutions(lines: str) -> dict[str, str]:
    return {"institutions.csv": f"institution_code,name_zh,name_en,valid_from,valid_to\n{lines}\n"}


def p1(text: str) -> dict[str, str]:
    return {"branches/P1.yaml": text}


def test_any_small_rulebook_reads_and_has_no_problem(tmp_path: Path) -> None:
    assert check(read_rulebook(write(tmp_path, p1(BRANCH)))) == []


def test_any_small_rulebook_compiles(tmp_path: Path) -> None:
    small = read_rulebook(write(tmp_path))
    one = customer(province="P2", city=None, days_since_last_paid=3, aum_fen=50_000)
    assert segment(small, one) == "RICH"


def test_settings_left_out_have_defaults(tmp_path: Path) -> None:
    assert read_rulebook(write(tmp_path, {"settings.yaml": "small_cell: 9\n"})).settings.restatement_days == 3


def test_an_override_may_have_days(tmp_path: Path) -> None:
    text = "org: P1\nvalues: {window: [40, {value: 50, from: 2026-02-01}]}\n"
    overrides = read_rulebook(write(tmp_path, p1(text))).branches["P1"].values["window"]
    assert overrides == (Override(40), Override(50, date(2026, 2, 1)))


def test_codes_keep_their_zeros_without_quotes(tmp_path: Path) -> None:
    folder = write(tmp_path, orgs("001,HQ,tier1,丙,Three") | {"branches/001.yaml": "org: 001\n"})
    assert list(read_rulebook(folder).branches) == ["001"]


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    assert read_rulebook(write(tmp_path, {"organisations.csv": "\ufeff" + ORGS})).head_office.org_code == "HQ"


def test_other_readers_files_are_left_alone(tmp_path: Path) -> None:
    assert read_rulebook(write(tmp_path, {"segment_sets.yaml": "? [", "campaigns/x.csv": "? ["}))


REFUSED = [
    # tree.yaml
    (tree("tree: small", "forest: small"), "tree.yaml: tree: unknown key 'forest'"),
    (tree("tree: small", "tree: [a"), "tree.yaml: line"),
    (tree("tree: small", "tree: small\ntree: again"), "tree.yaml: line 3: .*given twice"),
    (tree("tree: small", "tree: &a small"), "tree.yaml: line 2: .*anchors"),
    (tree("tree: small", "tree: !!python/name:os.system x"), "tree.yaml: line"),
    (tree("tree: small", "tree: null"), "tree.yaml: tree: tree is missing"),
    ({"tree.yaml": "- a\n"}, "tree.yaml: tree: must be"),
    ({"tree.yaml": "tree: \x00\n"}, "tree.yaml: line 1: cannot be read as YAML: .* not allowed; correct it"),
    (tree("type: int", "type: integer"), "tree.yaml: parameter window: type is 'integer'"),
    (tree("set_by: tier2", "set_by: county"), "tree.yaml: parameter window: set_by is 'county'"),
    (tree("default: 30", "defualt: 30"), "tree.yaml: parameter window: unknown key 'defualt'"),
    (tree("default: 30", "default: [30]"), "tree.yaml: parameter window: default is missing or"),
    (tree("default: 30, ", ""), "tree.yaml: parameter window: default is missing or"),
    (tree("  window:", "  org_code:"), "tree.yaml: parameter org_code: the name is taken"),
    (tree("  window:", "  Window:"), "tree.yaml: parameter Window: a name is lower-case"),
    (tree('["window < limit"]', "[{a: b}]"), "tree.yaml: constraints: "),
    (tree('["window < limit"]', "window"), "tree.yaml: tree: constraints must be a list"),
    (tree("id: NOW", "id: NEVER"), "tree.yaml: node NEVER: is given 2 times"),
    (tree("id: NOW", "id: 'N OW'"), "tree.yaml: node N OW: an id is"),
    (tree("id: NOW", "id: (new)"), r"tree.yaml: node \(new\): an id is"),
    (
        tree("{id: NOW, parent: root", "{id: NOW, parent: rot"),
        "tree.yaml: node NOW: parent 'rot' does not exist",
    ),
    (
        tree("{id: POOR, parent: NOW, otherwise: true", '{id: POOR, parent: NOW, when: "age > 1"'),
        "tree.yaml: node NOW: .*otherwise",
    ),
    (
        tree("{id: GONE, parent: root, otherwise: true", '{id: GONE, parent: root, when: "age > 1"'),
        "tree.yaml: node root: .*otherwise",
    ),
    (
        tree('parent: NOW, when: "aum_fen >= :rich"', "parent: NOW, otherwise: true"),
        "tree.yaml: node RICH: .*must be the last",
    ),
    (
        tree("otherwise: true, zh: 贫", "otherwise: false, zh: 贫"),
        "tree.yaml: node POOR: otherwise can only be true",
    ),
    (
        tree("otherwise: true, zh: 贫", "otherwise: true, when: is_rural, zh: 贫"),
        "tree.yaml: node POOR: when or",
    ),
    (tree("{id: root,", "{id: root, when: is_rural,"), "tree.yaml: node root: when or"),
    (tree("{id: root,", "{id: also, zh: a, en: a}\n  - {id: root,"), "tree.yaml: nodes: .*has also, root"),
    (tree("{id: root,", "{id: root, parent: GONE, otherwise: true,"), "tree.yaml: nodes: .*has none"),
    (tree("id: NEVER", "ids: NEVER"), "tree.yaml: node 2: unknown key 'ids'"),
    (tree("  - {id: root, zh: 全部, en: All}", "  - 5"), "tree.yaml: node 1: must be"),
    (tree("{id: GONE, parent: root, otherwise: true", CIRCLE), "tree.yaml: node GONE: .*circle"),
    # organisations.csv
    ({"organisations.csv": "org,parent\n"}, "organisations.csv: header: needs the columns"),
    (orgs("P3,HQ,tier1,丙"), "organisations.csv: line 7: needs 5 cells, has 4"),
    (orgs("P1,HQ,tier1,丙,Three"), "organisations.csv: organisation P1: is given 2 times"),
    (orgs("P3,XX,tier1,丙,Three"), "organisations.csv: organisation P3: .*existing hq parent, has 'XX'"),
    (orgs("C3,HQ,tier2,丙,Three"), "organisations.csv: organisation C3: .*existing tier1 parent, has 'HQ'"),
    (orgs("H2,,hq,丙,Three"), "organisations.csv: level hq: .*has HQ, H2"),
    (orgs("P3,HQ,tier9,丙,Three"), "organisations.csv: organisation P3: level is 'tier9'"),
    (orgs("P'3,HQ,tier1,丙,Three"), "organisations.csv: organisation P'3: a code is"),
    # the others
    ({"settings.yaml": "small_cel: 1\n"}, "settings.yaml: settings: unknown key 'small_cel'"),
    ({"settings.yaml": "maker_checker: 1\n"}, "settings.yaml: settings: maker_checker is 1; .*true or false"),
    (
        {"settings.yaml": "global_control_share: 1\n"},
        "settings.yaml: settings: global_control_share must be below",
    ),
    ({"settings.yaml": "small_cell: -1\n"}, "settings.yaml: settings: small_cell is -1"),
    ({"settings.yaml": "timezone: Mars/Base\n"}, "settings.yaml: settings: timezone is 'Mars/Base'"),
    (institutions("a,甲,A,2026,"), "institutions.csv: institution a: '2026' is not a day"),
    (institutions("a,甲,A,2026-02-01,2026-01-31"), "institutions.csv: institution a: valid_to is before"),
    (institutions("a,甲,A,,\na,甲,A,,"), "institutions.csv: institution a: is given twice"),
    (p1("org: P2\n"), "branches/P1.yaml: branch: org is 'P2' but the file"),
    ({"branches/P9.yaml": "org: P9\n"}, "branches/P9.yaml: branch: org 'P9' is not in organisations.csv"),
    ({"branches/P1.yml": "org: P1\n"}, "branches/P1.yml: file: is not named"),
    (p1("org: P1\nvalue: {}\n"), "branches/P1.yaml: branch: unknown key 'value'"),
    (p1("org: P1\nvalues: [1]\n"), "branches/P1.yaml: branch: values must be"),
    (p1("org: P1\nvalues: {window: {valu: 1}}\n"), "branches/P1.yaml: parameter window: unknown key 'valu'"),
    (
        p1("org: P1\nvalues: {window: {value: 9, from: soon}}\n"),
        "branches/P1.yaml: parameter window from: 'soon' is not a day",
    ),
    (
        p1("org: P1\nvalues: {window: [9, 10]}\n"),
        "branches/P1.yaml: parameter window: has two values from the same day",
    ),
    (p1("org: P1\nvalues: {window: 9, window: 10}\n"), "branches/P1.yaml: line 2: .*given twice"),
    (p1(SPLIT), "branches/P1.yaml: node G_OLD: its last child GO_A is not"),
    (
        p1("org: P1\nsplits: [{id: Z, zh: a, en: a}]\n"),
        "branches/P1.yaml: node Z: a split's node needs a parent",
    ),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED, ids=[message[:60] for _, message in REFUSED])
def test_malformed_is_refused_by_name(tmp_path: Path, changes: dict[str, str], message: str) -> None:
    with pytest.raises(RulebookError, match=message):
        read_rulebook(write(tmp_path, changes))


@pytest.mark.parametrize("name", ["tree.yaml", "organisations.csv"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (write(tmp_path) / name).unlink()
    with pytest.raises(RulebookError, match=f"{name}: file: is missing"):
        read_rulebook(tmp_path)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (write(tmp_path) / "tree.yaml").write_bytes("tree: 魔方".encode("gb18030"))
    with pytest.raises(RulebookError, match=r"tree\.yaml: file: cannot be read as UTF-8"):
        read_rulebook(tmp_path)


def test_an_error_is_one_line_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as refusal:
        read_rulebook(write(tmp_path, tree("tree: small", "tree: [a")))
    assert "\n" not in str(refusal.value) and "请更正" in str(refusal.value)


def test_problems_of_several_files_come_together(tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as refusal:
        read_rulebook(write(tmp_path, orgs("P1,HQ,tier1,丙,Three") | tree("tree: small", "trees: small")))
    assert [problem.file for problem in refusal.value.problems] == ["organisations.csv", "tree.yaml"]
