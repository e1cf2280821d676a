"""Who moved from which segment to which between two days."""

from mofang_pipeline.portal.asked import Ways

WAYS: Ways = []
