"""What EPCIS adds to background work."""

from typing import Final

from resolvers.epcis.capture_jobs import JOBS
from resolvers.epcis.tasks import LEADER_TASKS
from schema.area import Area

AREA: Final = Area(leader_tasks=LEADER_TASKS, jobs=JOBS)
