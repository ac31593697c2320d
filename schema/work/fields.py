"""Root fields of work queues."""

import strawberry

from domain.permissions import Permission
from resolvers.outbox.feeds import Feed
from resolvers.work.loaders import WorkQueueView, list_work_queues, watch_work_queues
from schema.fields import AppInfo
from schema.roots import query, subscription
from schema.work.types import WorkQueue


@strawberry.type
class WorkQueries:
    @query(
        requires=Permission.WORK_READ,
        returns=list[WorkQueue],
        description="Returns the work queues of the viewer's roles, including empty ones.",
    )
    async def work_queues(self, info: AppInfo) -> list[WorkQueueView]:
        return await list_work_queues(info.context)


@strawberry.type
class WorkSubscriptions:
    @subscription(
        requires=Permission.WORK_READ,
        returns=list[WorkQueue],
        description="Streams the viewer's work queues: once at the beginning, and whenever a requested field changes.",
    )
    async def work_queues_changed(self, info: AppInfo) -> Feed:
        return await watch_work_queues(info.context)
