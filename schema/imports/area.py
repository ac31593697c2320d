"""What the imports area adds to the schema, and to the work of workers."""

from typing import Final

from resolvers.imports.jobs import JOBS
from resolvers.imports.loaders import may_see_import_file
from resolvers.imports.nodes import NODES
from resolvers.imports.tasks import LEADER_TASKS
from schema.area import Area
from schema.imports.fields import ImportMutations, ImportQueries, ImportSubscriptions

AREA: Final = Area(
    queries=(ImportQueries,),
    mutations=(ImportMutations,),
    subscriptions=(ImportSubscriptions,),
    nodes=NODES,
    jobs=JOBS,
    leader_tasks=LEADER_TASKS,
    file_access=(may_see_import_file,),
)
