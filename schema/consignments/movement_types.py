"""Types of movements of coupons, and of discrepancies between what was sent and what arrived."""

from datetime import datetime
from typing import Annotated

import strawberry

from db.consignments.view_rows import DiscrepancyViewRow, MovementViewRow
from domain.consignments.facts import Condition
from domain.consignments.facts import DiscrepancyKind as Discrepancies
from domain.consignments.facts import MovementKind as Movements
from domain.consignments.sentences import (
    MOVEMENT_LABELS,
    DiscrepancyWords,
    MovementWords,
    discrepancy_sentence,
    movement_sentence,
)
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.redemptions.facts import AttemptResult
from resolvers.consignments.batch_loaders import ages_in_days, movements_by_id
from resolvers.consignments.chain_loaders import LISTED_RANGES, people_by_id
from resolvers.consignments.evidence_lists import evidence_by_discrepancies
from resolvers.consignments.loaders import batches_by_id, consignments_by_id
from resolvers.consignments.pack_loaders import packs_by_id
from resolvers.ecps.loaders import ecps_by_id
from schema.accounts.types import Account
from schema.catalog.types import Variant, Vendor
from schema.consignments.enums import DiscrepancyKind, MovementKind
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.paging import Connection, forward_page
from schema.scalars import EventCursor, SafeInt


@strawberry.type(description="A range of serials.")
class SerialRange:
    first: SafeInt = leaf("The first serial.")
    last: SafeInt = leaf("The last serial, which belongs to the range.")


@node_type(
    MovementViewRow, "Coupons of one variant that moved or changed their condition. Movements are never changed."
)
class BatchMovement(Node):
    id: strawberry.ID = node_id(NodeKind.BATCH_MOVEMENT)
    kind: MovementKind = leaf("What the movement did.")
    kind_label: str = computed(lambda row: MOVEMENT_LABELS[Movements(row.kind)], "The kind as a label for people.")
    message: str = computed(lambda row: _movement_message(row), "The movement as a sentence.")  # noqa: PLW0108 - below
    consignment: Annotated["Consignment", strawberry.lazy("schema.consignments.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        consignments_by_id, key="consignment_id", description="The consignment."
    )
    batch: Annotated["Batch", strawberry.lazy("schema.consignments.types")] | None = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        batches_by_id, key="batch_id", description="The batch. Null if the movement is not about one."
    )
    pack: Annotated["Pack", strawberry.lazy("schema.consignments.pack_types")] | None = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        packs_by_id,
        key="pack_id",
        description="The pack that was made or opened. Null for other movements, and for packs that the viewer may not "
        "see.",
    )
    vendor: Vendor = leaf("The vendor that moved the coupons, or that held what Operations moved.")
    variant: Variant = leaf("The variant.")
    quantity: SafeInt = leaf("How many coupons moved.")
    occurred_at: datetime = leaf("When it happened, as the vendor reported it.")
    recorded_at: datetime = leaf("When the server recorded it. Custody follows this order.")
    actor: Account | None = batched(
        people_by_id,
        key="account_id",
        description="The account that recorded it. Null for a vendor, unless the account works for the same vendor.",
    )
    note: str | None = leaf("The note of the person who recorded it. Null if there is none.")
    artwork_version: int | None = leaf(
        "The version of the artwork that was printed. Null if the movement did not produce coupons."
    )


@strawberry.type(description="A scan of a coupon that is missing or lost, which is evidence of where it is.")
class DiscrepancyEvidence:
    scanned_at: datetime = leaf("When an ECP scanned the coupon: the first scan of this ECP counts.")
    result: AttemptResult = leaf("What the scan led to.")
    serial: SafeInt = leaf("The serial of the coupon.")
    ecp: Annotated["Ecp", strawberry.lazy("schema.ecps.types")] | None = batched(  # type: ignore[name-defined] # noqa: F821 - ECPs stand above
        ecps_by_id, key="ecp_id", description="The ECP. Null for viewers who may not see it, such as vendors."
    )


@node_type(DiscrepancyViewRow, "A difference between what was sent and what arrived, or between artwork and print.")
class Discrepancy(Node):
    id: strawberry.ID = node_id(NodeKind.DISCREPANCY)
    kind: DiscrepancyKind = leaf("The kind of difference.")
    message: str = computed(lambda row: _discrepancy_message(row), "What is wrong, as a sentence.")  # noqa: PLW0108 - below
    consignment: Annotated["Consignment", strawberry.lazy("schema.consignments.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        consignments_by_id, key="consignment_id", description="The consignment."
    )
    batch: Annotated["Batch", strawberry.lazy("schema.consignments.types")] | None = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        batches_by_id, key="batch_id", description="The batch. Null for superseded artwork."
    )
    vendor: Vendor | None = leaf(
        "The vendor that received less, that sent too much, or that printed superseded artwork. Null for a vendor that "
        "is not its neighbor in the chain."
    )
    artwork_version: int | None = leaf(
        "The version of the artwork that superseded what the coupons carry. Null for other kinds."
    )
    variant: Variant = leaf("The variant.")
    quantity: SafeInt = computed(lambda row: row.spans.quantity, "How many coupons it is about, resolved or not.")
    open_quantity: SafeInt = computed(lambda row: row.open_spans.quantity, "How many of them are not resolved.")
    serials: list[SerialRange] = computed(
        lambda row: row.spans.spans[:LISTED_RANGES],
        f"The serials it is about, resolved or not, in order: the first {LISTED_RANGES} ranges.",
    )
    open_serials: list[SerialRange] = computed(
        lambda row: row.open_spans.spans[:LISTED_RANGES],
        f"The serials that are not resolved, in order: the first {LISTED_RANGES} ranges.",
    )
    owner: Role = computed(lambda _row: Role.OPERATIONS, "The role that must resolve it.")
    since: datetime = computed(lambda row: row.opened_at, "When it was opened.")
    age_in_days: int = batched(
        ages_in_days,
        key="lifetime",
        description="For how many whole days it has been open, or was until it was resolved.",
    )
    resolved_at: datetime | None = leaf("When its last serial was resolved. Null while it is open.")
    resolved_by: Account | None = batched(
        people_by_id,
        key="resolved_by",
        description="The account that resolved its last serial. Null while it is open, and for vendors.",
    )
    note: str | None = leaf(
        "The notes of its resolutions, oldest first, each on a line of its own. Null if there are none."
    )
    evidence: Connection[DiscrepancyEvidence] = batched(
        evidence_by_discrepancies,
        key="id",
        arguments=forward_page,
        description="The scans of its coupons by ECPs while they were missing or lost, newest first.",
    )


def _movement_message(row: MovementViewRow) -> str:
    return movement_sentence(
        MovementWords(
            kind=Movements(row.kind),
            origin=Condition(row.from_condition),
            outcome=Condition(row.to_condition),
            quantity=row.quantity,
            sku=row.variant.sku,
            vendor=row.vendor.name,
            batch=row.batch_code,
            sscc=row.sscc,
        )
    )


def _discrepancy_message(row: DiscrepancyViewRow) -> str:
    return discrepancy_sentence(
        DiscrepancyWords(
            kind=Discrepancies(row.kind),
            quantity=row.spans.quantity,
            sku=row.variant.sku,
            batch=row.batch_code,
            sent=row.sent,
            printed=row.printed or (),
            version=row.artwork_version,
        )
    )


@strawberry.type(description="Coupons moved or changed their condition.")
class BatchMovementEvent:
    cursor: EventCursor = leaf("The position of the event. Pass it as `after` to resume after it.")
    movement: BatchMovement = batched(movements_by_id, key="object_id", description="The movement.")
