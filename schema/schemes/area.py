"""What the schemes area adds to the schema."""

from typing import Final

from resolvers.schemes.materials import may_see_material
from resolvers.schemes.nodes import NODES
from resolvers.schemes.tasks import LEADER_TASKS
from schema.area import Area
from schema.schemes import errors
from schema.schemes.fields import SchemeMutations, SchemeQueries, SchemeSubscriptions

AREA: Final = Area(
    queries=(SchemeQueries,),
    mutations=(SchemeMutations,),
    subscriptions=(SchemeSubscriptions,),
    errors=errors,
    nodes=NODES,
    leader_tasks=LEADER_TASKS,
    file_access=(may_see_material,),
)
