"""What the imports area adds to the schema, and to the work of workers."""

from typing import Final

from resolvers.imports.jobs import JOBS
from schema.area import Area

AREA: Final = Area(jobs=JOBS)
