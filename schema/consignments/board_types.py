"""Types of the tracking board."""

from datetime import datetime

import strawberry

from resolvers.consignments.board_loaders import (
    BOARD_CONSIGNMENTS,
    BOARD_MOVEMENTS,
    consignments_of_board,
    counts_of_board,
    movements_of_board,
    waiting_vendors,
)
from schema.catalog.types import Vendor
from schema.consignments.movement_types import BatchMovement
from schema.consignments.types import Consignment
from schema.fields import batched, leaf
from schema.scalars import SafeInt


@strawberry.type(description="A vendor that must act.")
class WaitingVendor:
    vendor: Vendor = leaf("The vendor.")
    consignments: int = leaf("In how many consignments it must act.")
    quantity: SafeInt = leaf("How many coupons it has to produce or on hand, or are on their way to it.")
    since: datetime = leaf("Since when the consignment that waits longest has waited.")


@strawberry.type(
    description="A board for a wall screen: what is under way, what moved last, and what is stuck on whom."
)
class TrackingBoard:
    consignments: list[Consignment] = batched(
        consignments_of_board,
        key="filter",
        description="The consignments that are neither delivered nor canceled, longest waiting first: the first "
        f"{BOARD_CONSIGNMENTS}.",
    )
    consignment_count: int = batched(
        counts_of_board, key="filter", description="How many such consignments there are. Counted only on request."
    )
    moved_last: list[BatchMovement] = batched(
        movements_of_board, key="filter", description=f"The latest {BOARD_MOVEMENTS} movements, newest first."
    )
    waiting_on: list[WaitingVendor] = batched(
        waiting_vendors,
        key="filter",
        description="The vendors that must act, longest waiting first. A vendor sees itself only.",
    )
