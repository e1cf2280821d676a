"""A window's flow as a branch sees it: small links together, and no more told than the links that are listed."""

from mofang_pipeline.branch_flow import FEW, Side, at_levels, no_single_city, unlisted

PARENTS = {"root": None, "A": "root", "B": "root", "C": "root"}
PLACES = [(leaf, 0, "root") for leaf in "ABC"] + [(leaf, 1, leaf) for leaf in "ABC"]
PLACES += [(special, level, special) for special in ("(new)", "(closed)") for level in (0, 1)]
LINKS = {
    ("A", "A"): 60, ("A", "B"): 3, ("A", "C"): 9, ("B", "A"): 12, ("B", "B"): 50, ("B", "C"): 20,
    ("C", "A"): 11, ("C", "B"): 30, ("C", "C"): 70, ("(new)", "A"): 2,
}  # fmt: skip


def side(end):
    counts = {node: sum(count for link, count in LINKS.items() if link[end] == node) for node in "ABC"}
    return Side({"root": sum(counts.values()), **counts}, PARENTS, frozenset())


def hidden():
    return unlisted(LINKS, side(0), side(1), threshold=5)


def test_small_links_are_not_listed_and_take_others_with_them():
    assert hidden() > {("A", "B"), ("(new)", "A")}


def test_no_row_and_no_column_lists_all_but_one_link():
    rest = LINKS.keys() - hidden()
    for end in (0, 1):
        for node in "ABC":
            line = {link for link in LINKS if link[end] == node}
            assert len(line - rest) != 1


def test_every_level_adds_up_to_all_customers():
    found = at_levels(LINKS, hidden(), side(0), 5, PLACES)
    sums = [sum(count for (at, _, _), count in found.items() if at == level) for level in (0, 1)]
    assert sums == [sum(LINKS.values())] * 2


def test_what_is_not_listed_of_a_source_is_together():
    found = at_levels(LINKS, frozenset({("A", "B"), ("A", "C")}), side(0), 5, PLACES)
    assert found[1, "A", FEW] == 12


def test_a_small_source_does_not_show_its_sum():
    found = at_levels(LINKS, frozenset({("(new)", "A")}), side(0), 5, PLACES)
    assert (found[1, FEW, FEW], (1, "(new)", FEW) in found) == (2, False)


def test_a_link_that_one_city_hides_is_hidden_by_another_too():
    link = ("A", "B")
    links = {"P": {link: 30}, "C1": {link: 2}, "C2": {link: 8}, "C3": {link: 20}}
    found = no_single_city(
        "P", links, {"P": frozenset(), "C1": frozenset({link}), "C2": frozenset(), "C3": frozenset()}
    )
    assert [org for org in links if link in found[org]] == ["C1", "C2"]
