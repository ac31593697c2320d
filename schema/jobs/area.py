"""What the jobs area adds to the schema."""

from typing import Final

from resolvers.jobs.nodes import NODES
from resolvers.jobs.tasks import LEADER_TASKS
from schema.area import Area
from schema.jobs.fields import JobMutations, JobQueries, JobSubscriptions

AREA: Final = Area(
    queries=(JobQueries,),
    mutations=(JobMutations,),
    subscriptions=(JobSubscriptions,),
    nodes=NODES,
    leader_tasks=LEADER_TASKS,
)
