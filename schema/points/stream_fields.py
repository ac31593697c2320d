"""The stream of points that are posted to the viewer."""

import strawberry

from domain.permissions import Permission
from resolvers.outbox.feeds import Feed
from resolvers.points.posted_feed import follow_points
from schema.feeds import ResumeArgument
from schema.fields import AppInfo
from schema.points.event_types import PointsPostedEvent
from schema.roots import subscription


@strawberry.type
class PointsSubscriptions:
    @subscription(
        requires=Permission.LEDGER_READ,
        returns=PointsPostedEvent,
        description="Streams the points of the ECP who subscribes, as they are posted. An event is one posting: it has "
        "everything that one change recorded for the ECP, also what it changed about later sales.",
    )
    async def points_posted(self, info: AppInfo, after: ResumeArgument = None) -> Feed:
        return await follow_points(info.context, after)
