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
    """Root fields of work queues."""

    @query(
        requires=Permission.WORK_READ,
        returns=list[WorkQueue],
        description="The work queues of the viewer's roles, empty ones too.",
    )
    async def work_queues(self, info: AppInfo) -> list[WorkQueueView]:
        return await list_work_queues(info.context)


@strawberry.type
class WorkSubscriptions:
    """Work queues, live."""

    @subscription(
        requires=Permission.WORK_READ,
        returns=list[WorkQueue],
        description="The viewer's work queues: at the beginning, and whenever what is asked of them changes.",
    )
    async def work_queues_changed(self, info: AppInfo) -> Feed:
        return await watch_work_queues(info.context)
