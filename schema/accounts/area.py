"""What the accounts area adds to the schema."""

from typing import Final

from resolvers.accounts.nodes import NODES
from schema.accounts.fields import AccountMutations, AccountQueries
from schema.area import Area

AREA: Final = Area(queries=(AccountQueries,), mutations=(AccountMutations,), nodes=NODES)
