"""Types of live events of points."""

from typing import Annotated

import strawberry

from resolvers.ecps.loaders import ecps_by_id
from resolvers.points.balance_loaders import balances_of_ecps
from resolvers.points.posted_feed import entries_of_postings, postings_by_key
from schema.fields import batched, leaf
from schema.paging import Connection, forward_page
from schema.points.ledger_types import PointsBalance, PointsEntry
from schema.scalars import EventCursor, SafeInt


@strawberry.type(description="Points were posted.")
class PointsPostedEvent:
    cursor: EventCursor = leaf("The position of the event. Pass it as `after` to resume after it.")
    ecp: Annotated["Ecp", strawberry.lazy("schema.ecps.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        ecps_by_id, key="subject_id", description="The ECP."
    )
    points: SafeInt = batched(
        postings_by_key,
        key="recorded",
        pick=lambda posting: posting.points,
        description="The points of its entries together; negative if more was taken back than given.",
    )
    entries: Connection[PointsEntry] = batched(
        entries_of_postings,
        key="recorded",
        arguments=forward_page,
        description="The entries that one change recorded for the ECP, last recorded first.",
    )
    balance: PointsBalance = batched(
        balances_of_ecps, key="subject_id", description="The points of the ECP as they are now."
    )
