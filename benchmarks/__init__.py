"""What is measured and against what: `python -m benchmarks --help`. Nothing here is run by tests."""
