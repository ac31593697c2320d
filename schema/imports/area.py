"""What the imports area adds to the schema, to the work of workers, and to that of the leading process."""

from typing import Final

from resolvers.imports.jobs import JOBS
from resolvers.imports.tasks import LEADER_TASKS
from schema.area import Area

AREA: Final = Area(jobs=JOBS, leader_tasks=LEADER_TASKS)
