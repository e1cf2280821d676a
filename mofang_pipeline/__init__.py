"""Mofang: a bank's quick-payment customers, run by segments. See README.md for the flow."""
