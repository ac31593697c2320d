"""What the adjustments area adds to the schema."""

from typing import Final

from resolvers.adjustments.nodes import NODES
from schema.adjustments.fields import AdjustmentMutations, AdjustmentQueries
from schema.area import Area

AREA: Final = Area(queries=(AdjustmentQueries,), mutations=(AdjustmentMutations,), nodes=NODES)
