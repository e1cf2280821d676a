"""The rulebook: the business's rules read, checked, resolved for each organisation and day, and compiled to
SQL.

Pure: no Dagster, dbt or Great Expectations, no environment, no clock. Flow: read -> check (types,
names, proof) -> resolve -> compile.
"""

from mofang_pipeline.rulebook.check import (
    check as check,
)
from mofang_pipeline.rulebook.check import (
    require_valid as require_valid,
)
from mofang_pipeline.rulebook.compile import (
    ancestor_rows as ancestor_rows,
)
from mofang_pipeline.rulebook.compile import (
    lca_rows as lca_rows,
)
from mofang_pipeline.rulebook.compile import (
    node_rows as node_rows,
)
from mofang_pipeline.rulebook.compile import (
    parameter_rows as parameter_rows,
)
from mofang_pipeline.rulebook.compile import (
    segment_case as segment_case,
)
from mofang_pipeline.rulebook.model import (
    Override as Override,
)
from mofang_pipeline.rulebook.model import (
    Problem as Problem,
)
from mofang_pipeline.rulebook.model import (
    Rulebook as Rulebook,
)
from mofang_pipeline.rulebook.model import (
    RulebookError as RulebookError,
)
from mofang_pipeline.rulebook.model import (
    with_override as with_override,
)
from mofang_pipeline.rulebook.read import (
    read_rulebook as read_rulebook,
)
from mofang_pipeline.rulebook.resolve import (
    periods as periods,
)
from mofang_pipeline.rulebook.resolve import (
    resolved as resolved,
)
