"""Data quality: what is checked, on which days, and where what was found is written.

    days.py           the days that a run has to check
    suites.py         expectations/*.yaml, read: values and volumes
    expectations.py   suites, run by Great Expectations
    identities.py     mofang_pipeline/sql/identity_*.sql: sums that agree exactly
    results.py        what was found: mart.data_quality_result, mart.data_quality_failure

Which check belongs to which asset is in steps/checks.py; keys and relationships are dbt's tests.
"""
