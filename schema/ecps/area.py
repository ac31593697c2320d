"""What the ECPs area adds to the schema."""

from typing import Final

from resolvers.ecps.nodes import NODES
from schema.area import Area
from schema.ecps.fields import EcpMutations, EcpQueries

AREA: Final = Area(queries=(EcpQueries,), mutations=(EcpMutations,), nodes=NODES)
