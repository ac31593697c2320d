"""The streams of movements: live, and for clients that poll."""

from typing import Annotated

import strawberry

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.consignments.batch_loaders import movements_by_id
from resolvers.consignments.movements_feed import follow_movements, follow_progress
from resolvers.outbox.feeds import Feed, FeedPage, read_feed
from schema.consignments.filter_inputs import BatchMovementFilterInput
from schema.consignments.movement_types import BatchMovement, BatchMovementEvent
from schema.consignments.types import ConsignmentProgressEvent
from schema.feeds import EventConnection, ReadAfterArgument, ResumeArgument
from schema.fields import AppInfo
from schema.ids import argument_id
from schema.paging import FirstArgument
from schema.roots import query, subscription

MovementFilterArgument = Annotated[
    BatchMovementFilterInput | None,
    strawberry.argument(
        name="filter",
        description="Return only movements that match this filter. A cursor belongs to the scheme, consignment, and "
        "vendor of the filter.",
    ),
]
_SEEN = "A vendor sees the movements at its own leg, and those of batches that it sent or receives."


@strawberry.type
class MovementQueries:
    @query(
        requires=Permission.CONSIGNMENT_READ,
        returns=EventConnection[BatchMovement] | None,
        description="Returns recent movements of coupons, oldest first: the stream of the subscription "
        f"`batchMovements`, for clients that poll. `Consignment.movements` lists all of them, newest first. {_SEEN}",
    )
    async def batch_movements(
        self,
        info: AppInfo,
        filter_: MovementFilterArgument = None,
        after: ReadAfterArgument = None,
        first: FirstArgument = None,
    ) -> FeedPage:
        wanted = (filter_ or BatchMovementFilterInput()).to_filter()
        return await read_feed(
            info.context, await follow_movements(info.context, wanted, after), first, movements_by_id
        )


@strawberry.type
class MovementSubscriptions:
    @subscription(
        requires=Permission.CONSIGNMENT_READ,
        returns=BatchMovementEvent,
        description=f"Streams movements of coupons as they are recorded. {_SEEN}",
    )
    async def batch_movements(
        self, info: AppInfo, filter_: MovementFilterArgument = None, after: ResumeArgument = None
    ) -> Feed:
        wanted = (filter_ or BatchMovementFilterInput()).to_filter()
        return await follow_movements(info.context, wanted, after)

    @subscription(
        requires=Permission.CONSIGNMENT_READ,
        returns=ConsignmentProgressEvent,
        description="Streams a consignment whenever its coupons move, or its due date or chain changes. Changes in "
        "quick succession may arrive as one event, which shows the latest state.",
    )
    async def consignment_progress(
        self,
        info: AppInfo,
        consignment_id: Annotated[strawberry.ID, strawberry.argument(description="The ID of the consignment.")],
        after: ResumeArgument = None,
    ) -> Feed:
        found = argument_id(NodeKind.CONSIGNMENT, consignment_id, "consignmentId")
        return await follow_progress(info.context, found, after)
