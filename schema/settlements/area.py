"""What the settlements area adds to the schema."""

from typing import Final

from resolvers.settlements.jobs import JOBS
from resolvers.settlements.loaders import may_see_payable_file
from resolvers.settlements.nodes import NODES
from schema.area import Area
from schema.settlements import errors
from schema.settlements.fields import SettlementMutations, SettlementQueries

AREA: Final = Area(
    queries=(SettlementQueries,),
    mutations=(SettlementMutations,),
    errors=errors,
    nodes=NODES,
    jobs=JOBS,
    file_access=(may_see_payable_file,),
)
