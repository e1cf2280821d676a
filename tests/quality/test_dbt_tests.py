"""dbt's record of a run becomes check results of every day of the run."""

from datetime import date

from mofang_pipeline.quality import dbt_tests

DAYS = [date(2026, 1, 1), date(2026, 1, 2)]
RECORD = {
    "results": [
        {"unique_id": "model.mofang.customer_wide", "status": "success"},
        {"unique_id": "test.mofang.keyed_by_customer_wide.ab12", "status": "pass", "failures": 0},
        {
            "unique_id": "test.mofang.known_in_account.cd34",
            "status": "fail",
            "failures": 3,
            "message": "Got 3\nrows",
        },
        {"unique_id": "test.mofang.skipped.ef56", "status": "skipped", "failures": None},
    ]
}


def test_a_passed_test_passes_on_every_day() -> None:
    found = [each for each in dbt_tests.results(RECORD, DAYS) if each.check.check_name.startswith("keyed")]
    assert [(each.day, each.passed) for each in found] == [(day, True) for day in DAYS]


def test_a_failed_test_blocks_every_day_with_dbts_own_words() -> None:
    found = [each for each in dbt_tests.results(RECORD, DAYS) if each.check.check_name.startswith("known")]
    expected = [(day, True, 3, (("known_in_account", "Got 3 rows"),)) for day in DAYS]
    assert [(each.day, each.blocks, each.failing_rows, each.failures) for each in found] == expected


def test_skipped_tests_and_models_say_nothing() -> None:
    names = {each.check.check_name for each in dbt_tests.results(RECORD, DAYS)}
    assert names == {"keyed_by_customer_wide", "known_in_account"}


def test_the_run_s_line_names_the_first_failure() -> None:
    assert dbt_tests.failed_line(RECORD) == "dbt: known_in_account: Got 3 rows"


def test_dbt_that_did_not_start_has_an_empty_record(tmp_path) -> None:
    assert dbt_tests.record(tmp_path) == {"results": []}
