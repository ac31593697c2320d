"""What the notifications area adds to the schema."""

from typing import Final

from resolvers.notifications.nodes import NODES
from schema.area import Area
from schema.notifications.fields import NotificationMutations, NotificationQueries, NotificationSubscriptions

AREA: Final = Area(
    queries=(NotificationQueries,),
    mutations=(NotificationMutations,),
    subscriptions=(NotificationSubscriptions,),
    nodes=NODES,
)
