"""Made-up landing files, realistic and the same on every machine: see `generate`."""

from mofang_pipeline.generator.flow import GenerateSummary as GenerateSummary
from mofang_pipeline.generator.flow import generate as generate
