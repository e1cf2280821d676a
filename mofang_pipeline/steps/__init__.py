"""The pipeline's steps as Dagster assets, in the order of the flow; definitions.py wires them.

Thin: each reads its days, calls a plain function of mofang_pipeline and says what it wrote.
"""
