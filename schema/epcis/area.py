"""What EPCIS adds to background work."""

from typing import Final

from resolvers.epcis.capture_jobs import JOBS
from schema.area import Area

AREA: Final = Area(jobs=JOBS)
