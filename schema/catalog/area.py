"""What the catalog area adds to the schema."""

from typing import Final

from resolvers.catalog.nodes import NODES
from schema.area import Area
from schema.catalog import errors
from schema.catalog.fields import CatalogMutations, CatalogQueries

AREA: Final = Area(queries=(CatalogQueries,), mutations=(CatalogMutations,), errors=errors, nodes=NODES)
