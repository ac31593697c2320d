"""What the points area adds to the schema."""

from typing import Final

from resolvers.points.nodes import NODES
from resolvers.points.posting.revalue import JOBS
from schema.area import Area
from schema.points.fields import PointsQueries
from schema.points.stream_fields import PointsSubscriptions

AREA: Final = Area(queries=(PointsQueries,), subscriptions=(PointsSubscriptions,), nodes=NODES, jobs=JOBS)
