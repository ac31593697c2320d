"""What the sales area adds to the schema, and to the work of the leading process."""

from typing import Final

from resolvers.sales.nodes import NODES
from resolvers.sales.tasks import LEADER_TASKS
from schema.area import Area
from schema.sales.fields import SaleMutations, SaleQueries

AREA: Final = Area(queries=(SaleQueries,), mutations=(SaleMutations,), nodes=NODES, leader_tasks=LEADER_TASKS)
