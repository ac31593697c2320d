"""What the points area adds to the schema."""

from typing import Final

from schema.area import Area
from schema.points.fields import PointsQueries

AREA: Final = Area(queries=(PointsQueries,))
