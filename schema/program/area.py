"""What the program area adds to the schema."""

from typing import Final

from resolvers.program.loaders import may_see_logo
from resolvers.program.nodes import NODES
from schema.area import Area
from schema.program.fields import ProgramMutations, ProgramQueries

AREA: Final = Area(queries=(ProgramQueries,), mutations=(ProgramMutations,), nodes=NODES, file_access=(may_see_logo,))
