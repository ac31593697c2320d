"""What the events area adds to the schema."""

from typing import Final

from schema.area import Area
from schema.events.fields import EventQueries

AREA: Final = Area(queries=(EventQueries,))
