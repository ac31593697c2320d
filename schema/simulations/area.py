"""What the simulations area adds to the schema."""

from typing import Final

from resolvers.simulations.jobs import JOBS
from resolvers.simulations.nodes import NODES
from resolvers.simulations.tasks import LEADER_TASKS
from schema.area import Area
from schema.simulations import errors
from schema.simulations.fields import SimulationMutations, SimulationQueries

AREA: Final = Area(
    queries=(SimulationQueries,),
    mutations=(SimulationMutations,),
    errors=errors,
    nodes=NODES,
    jobs=JOBS,
    leader_tasks=LEADER_TASKS,
)
