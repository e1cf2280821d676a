"""Step 1: landed files become typed rows in `lake.landed`; loading.py tells the flow."""

from mofang_pipeline.landing.files import arrived_days as arrived_days
from mofang_pipeline.landing.files import fingerprint as fingerprint
from mofang_pipeline.landing.files import pending as pending
from mofang_pipeline.landing.loading import LoadSummary as LoadSummary
from mofang_pipeline.landing.loading import load as load
from mofang_pipeline.landing.record import LandingIdentityError as LandingIdentityError
from mofang_pipeline.landing.tables import create_tables as create_tables
