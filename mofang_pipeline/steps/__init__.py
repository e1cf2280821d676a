"""The pipeline's steps as Dagster assets, in the order of the flow; definitions.py wires them.

Thin: each reads its days, calls a plain function of mofang_pipeline and says what it wrote.
"""

import warnings

from dagster import BetaWarning, PreviewWarning, SupersessionWarning

# Dagster is pinned, so what it may change in a later release is no news to whoever runs this one.
for _category in (BetaWarning, PreviewWarning, SupersessionWarning):
    warnings.simplefilter("ignore", _category)
