"""What files add to the schema."""

from typing import Final

from resolvers.files.nodes import NODES
from resolvers.files.tasks import JOBS, LEADER_TASKS
from schema.area import Area
from schema.files.fields import FileMutations

AREA: Final = Area(mutations=(FileMutations,), nodes=NODES, leader_tasks=LEADER_TASKS, jobs=JOBS)
