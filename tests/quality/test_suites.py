"""The suites as written: each rule says what it is, how bad a failure is, and why."""

from pathlib import Path

import pytest

from mofang_pipeline.quality.suites import FOLDER, SuiteError, read_suite

SUITES = (
    "campaign_audience",
    "campaign_effect",
    "campaign_break",
    "campaign_reconciliation",
    "customer_wide",
    "day_status",
    "landing_file",
    "push_leaver",
    "push_manifest",
    "quarantine",
    "segment_distribution_daily",
    "segment_edge_daily",
    "segment_membership",
    "segment_node",
    "segment_profile_daily",
    "segment_set_member",
    "segment_set_size_daily",
    "segment_transition_daily",
)
RULE = "type: expect_column_values_to_not_be_null\n    kwargs: {column: day}"


def test_suites_are_these() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(SUITES)


@pytest.mark.parametrize("name", SUITES)
def test_every_rule_has_a_name_of_its_own(name: str) -> None:
    names = [rule.check.check_name for rule in read_suite(name).rules]
    assert len(names) == len(set(names)) > 0


@pytest.mark.parametrize("name", SUITES)
def test_great_expectations_accepts_every_rule(name: str) -> None:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    rules = read_suite(name).rules
    accepted = [ExpectationConfiguration(type=rule.type, kwargs=dict(rule.kwargs)) for rule in rules]
    assert [each.to_domain_obj().expectation_type for each in accepted] == [rule.type for rule in rules]


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ("{rule: r, severity: critical}", "t.yaml: r: no why: write it"),
        ("{rule: r, why: w}", "t.yaml: r: no severity: write it"),
        ("{severity: critical, why: w}", "t.yaml: expect_column_values_to_not_be_null: no rule: write it"),
        ("{rule: r, severity: bad, why: w}", "t.yaml: r: severity bad: must be one of critical, warning"),
    ],
)
def test_rule_without_meta_is_refused(tmp_path: Path, meta: str, expected: str) -> None:
    text = f"meta: {{key: [a], batch: select 1}}\nexpectations:\n  - {RULE}\n    meta: {meta}\n"
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SuiteError) as refused:
        read_suite("t", tmp_path)
    assert str(refused.value) == expected
