"""What the points area adds to the schema."""

from typing import Final

from resolvers.points.nodes import NODES
from resolvers.points.posting import expire, revalue
from resolvers.points.tasks import LEADER_TASKS
from schema.area import Area
from schema.points.fields import PointsQueries
from schema.points.stream_fields import PointsSubscriptions

AREA: Final = Area(
    queries=(PointsQueries,),
    subscriptions=(PointsSubscriptions,),
    nodes=NODES,
    jobs=(*revalue.JOBS, *expire.JOBS),
    leader_tasks=LEADER_TASKS,
)
