"""Types of consignments: what they are made of, where their coupons are, and how far they are."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from db.consignments.rows import BatchRow, ConsignmentRow
from domain.consignments.facts import BatchStatus as Batches
from domain.consignments.facts import ConsignmentStatus as Consignments
from domain.consignments.sentences import BATCH_LABELS, CONSIGNMENT_LABELS
from domain.documents.labels import MOST_LABELS
from domain.node_kinds import NodeKind
from resolvers.artwork.block_loaders import blocks_by_consignment
from resolvers.consignments.action_loaders import actions_by_batch, actions_by_consignment
from resolvers.consignments.batch_loaders import (
    discrepancies_by_consignment,
    lines_by_batch,
    movements_by_batch,
    serials_by_batch_line,
    vendors_of_ends,
)
from resolvers.consignments.chain_loaders import (
    LISTED_RANGES,
    chains_by_consignment,
    custody_by_leg,
    lines_by_consignment,
    overdue_by_deadline,
    people_by_id,
    progress_by_consignment,
    serials_by_line,
)
from resolvers.consignments.lists import batches_by_consignment, movements_by_consignment
from resolvers.consignments.loaders import consignments_by_id
from resolvers.consignments.pack_loaders import LISTED_PACKS, packs_by_batch
from resolvers.documents.loaders import pack_labels_urls, packing_list_urls
from resolvers.schemes.loaders import schemes_by_id
from schema.accounts.types import Account
from schema.catalog.types import Variant, Vendor
from schema.consignments.enums import BatchAction, BatchStatus, ConsignmentAction, ConsignmentStatus
from schema.consignments.movement_types import BatchMovement, Discrepancy, SerialRange
from schema.consignments.pack_types import LINK_OF_VIEWER, Pack
from schema.fields import batched, computed, leaf, renamed
from schema.ids import node_id, part_id
from schema.nodes import Node, node_type
from schema.paging import Connection, forward_page
from schema.scalars import EventCursor, SafeInt

_SAFE = "None of them would fail because of where the coupons are."
_PEOPLE = "Null for a vendor, unless the account works for the same vendor."


@strawberry.type(description="The coupons of one variant in a consignment.")
class ConsignmentLine:
    id: strawberry.ID = part_id("lin", "id")
    variant: Variant = leaf("The variant.")
    quantity: SafeInt = leaf("How many coupons were allocated, whatever happened to them since.")
    serials: list[SerialRange] = batched(
        serials_by_line,
        key="id",
        pick=lambda found: found.ranges,
        description=f"The serials of the line, in order: the first {LISTED_RANGES} ranges. Empty after a cancellation "
        "that gave them back.",
    )


@strawberry.type(description="Where the coupons of a variant are, seen from one leg of the chain.")
class LegCustody:
    variant: Variant = leaf("The variant.")
    pending: SafeInt = renamed(
        "tally.pending",
        "How many coupons the first leg still has to produce, or are still to arrive at a later leg, including those "
        "in transit.",
    )
    produced: SafeInt = renamed("tally.produced", "How many coupons the first leg produced; 0 at later legs.")
    received: SafeInt = renamed("tally.received", "How many coupons arrived at the leg; 0 at the first leg.")
    held: SafeInt = renamed("tally.held", "How many good coupons are on hand.")
    dispatched: SafeInt = renamed("tally.dispatched", "How many coupons left the leg for the next one.")
    in_transit: SafeInt = renamed("tally.in_transit", "How many coupons are on their way to the leg.")
    unresolved: SafeInt = renamed(
        "tally.unresolved", "How many coupons did not arrive at the leg and belong to an open discrepancy."
    )
    damaged: SafeInt = renamed("tally.damaged", "How many coupons are damaged at the leg.")
    lost: SafeInt = renamed("tally.lost", "How many coupons were lost on their way to the leg.")
    void: SafeInt = renamed("tally.void", "How many void coupons are at the leg or on their way to it.")
    commissioned: SafeInt = renamed("tally.commissioned", "How many coupons the leg commissioned.")


@strawberry.type(description="A vendor of the chain of a consignment.")
class ConsignmentLeg:
    position: int = leaf("The position in the chain, from 1.")
    vendor: Vendor = leaf("The vendor.")
    waiting: bool = leaf("Whether the vendor must act now: it has coupons to produce or on hand, or some to receive.")
    custody: list[LegCustody] = batched(
        custody_by_leg,
        key="key",
        description="The coupons by variant, seen from this leg, ordered by SKU. A vendor reads its own leg only; "
        "others are empty.",
    )


@strawberry.type(description="How far the coupons of a consignment are, computed from custody.")
class ConsignmentProgress:
    planned: SafeInt = leaf("How many coupons the consignment has.")
    produced: SafeInt = leaf("How many coupons were produced.")
    in_transit: SafeInt = leaf("How many coupons are on their way between vendors.")
    received: SafeInt = leaf("How many coupons arrived at the last vendor.")
    commissioned: SafeInt = leaf("How many coupons are commissioned.")
    damaged: SafeInt = leaf("How many coupons are damaged.")
    lost: SafeInt = leaf("How many coupons are lost.")
    unresolved: SafeInt = leaf("How many coupons belong to an open discrepancy.")
    void: SafeInt = leaf("How many coupons are void.")
    percent: float = leaf(
        "The completed hops of all coupons over the planned ones, from 0 to 100, rounded down. A coupon makes one hop "
        "when it is produced, one with each receipt, and one when it is commissioned; damaged, lost and void coupons "
        "count fully."
    )


@strawberry.type(description="The coupons of one variant in a batch.")
class BatchLine:
    id: strawberry.ID = part_id("bln", "batch_id", "line_id")
    variant: Variant = leaf("The variant.")
    quantity: SafeInt = leaf("How many coupons were sent.")
    in_transit: SafeInt = leaf("How many of them are still on their way.")
    accepted: SafeInt | None = computed(
        lambda row: row.accepted if row.received else None,
        "How many good coupons the receiver has, including those found later. Null before the first receipt.",
    )
    damaged: SafeInt | None = computed(
        lambda row: row.damaged if row.received else None,
        "How many coupons the receiver stated as damaged. Null before the first receipt.",
    )
    unresolved: SafeInt | None = computed(
        lambda row: row.unresolved if row.received else None,
        "How many coupons belong to an open discrepancy. Null before the first receipt.",
    )
    lost: SafeInt = leaf("How many coupons were lost.")
    void: SafeInt = leaf("How many coupons were recalled before they were accepted or resolved.")
    serials: list[SerialRange] = batched(
        serials_by_batch_line,
        key="key",
        pick=lambda found: found.ranges,
        description=f"The serials that were sent, in order: the first {LISTED_RANGES} ranges.",
    )


@node_type(BatchRow, "A shipment of coupons from one vendor to the next.")
class Batch(Node):
    id: strawberry.ID = node_id(NodeKind.BATCH)
    code: str = leaf("The human-readable code, such as `BAT-2026-000004`.")
    consignment: "Consignment" = batched(
        consignments_by_id, key="consignment_id", description="The consignment that the coupons belong to."
    )
    from_: Vendor = batched(
        vendors_of_ends,
        key="ends",
        pick=lambda pair: pair[0],
        description="The vendor that sent the batch.",
        name="from",
    )
    to: Vendor = batched(
        vendors_of_ends, key="ends", pick=lambda pair: pair[1], description="The vendor that receives the batch."
    )
    lines: list[BatchLine] = batched(lines_by_batch, key="id", description="The coupons by variant, ordered by SKU.")
    status: BatchStatus = leaf("The status of the batch.")
    status_label: str = computed(lambda row: BATCH_LABELS[Batches(row.status)], "The status as a label for people.")
    shipment_reference: str | None = leaf("The sender's reference of the shipment.")
    dispatched_at: datetime = leaf("When the batch was dispatched.")
    received_at: datetime | None = leaf("When the latest receipt happened. Null until then.")
    voided_at: datetime | None = leaf("When the sender voided the dispatch. Null unless it is voided.")
    void_reason: str | None = leaf("Why the sender voided the dispatch. Null unless it is voided.")
    packs: list[Pack] = batched(
        packs_by_batch,
        key="id",
        description=f"The packs that were dispatched with the batch, in the order in which they were made: the first "
        f"{LISTED_PACKS}. The query `packs` lists all of them.",
    )
    packing_list_url: str = batched(
        packing_list_urls,
        key="id",
        description=f"A link to the packing list as PDF, relative to the server: what was sent, by variant and by "
        f"pack, whatever arrived of it. {LINK_OF_VIEWER}",
    )
    pack_labels_url: str | None = batched(
        pack_labels_urls,
        key="id",
        description=f"A link to the labels of the packs as PDF, relative to the server: one page for each of the first "
        f"{MOST_LABELS:,} packs. Null if the batch has no packs. {LINK_OF_VIEWER}",
    )
    movements: list[BatchMovement] = batched(
        movements_by_batch,
        key="id",
        description="The movements of the coupons of this batch, newest first: the latest 200.",
    )
    viewer_actions: list[BatchAction] = batched(
        actions_by_batch, key="id", description=f"The actions that the viewer may take now. {_SAFE}"
    )


@node_type(ConsignmentRow, "Coupons of a scheme that one chain of vendors produces and moves.")
class Consignment(Node):
    id: strawberry.ID = node_id(NodeKind.CONSIGNMENT)
    code: str = leaf("The human-readable code, such as `CON-2026-000017`.")
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        schemes_by_id, key="scheme_id", description="The scheme."
    )
    lines: list[ConsignmentLine] = batched(
        lines_by_consignment, key="id", description="The coupons by variant, ordered by SKU."
    )
    legs: list[ConsignmentLeg] = batched(
        chains_by_consignment,
        key="id",
        pick=lambda chain: chain.legs,
        description="The chain of vendors, in order. A vendor sees itself and its neighbors.",
    )
    status: ConsignmentStatus = leaf("The status of the consignment.")
    status_label: str = computed(
        lambda row: CONSIGNMENT_LABELS[Consignments(row.status)], "The status as a label for people."
    )
    status_since: datetime = renamed("since", "When the consignment reached this status.")
    progress: ConsignmentProgress = batched(
        progress_by_consignment, key="id", description="How far the coupons are, over the whole chain."
    )
    due_on: date | None = leaf("The day by which the last vendor should have commissioned the coupons. Null if unset.")
    overdue: bool = batched(
        overdue_by_deadline,
        key="deadline",
        description="Whether the due date has passed and the consignment is neither delivered nor canceled.",
    )
    waiting_on: str | None = batched(
        chains_by_consignment,
        key="id",
        pick=lambda chain: chain.waiting_on,
        description="Who must act, as a label for people, such as `First Print and Second Pack`. Operations must act "
        "while a discrepancy is open, and a designer while artwork is missing or must be "
        "revised. Null if nobody must. A vendor reads `another vendor` for vendors that "
        "are not its neighbors.",
    )
    waiting_since: datetime | None = leaf("When the vendors that must act last changed. Null if none of them must act.")
    has_discrepancy: bool = leaf("Whether a discrepancy is open.")
    blocked_by: list[Annotated["ArtworkBlock", strawberry.lazy("schema.artwork.types")]] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        blocks_by_consignment,
        key="id",
        description="The open requests for a revision of artwork that hold coupons of the consignment. While one is "
        "open, its variant is neither produced nor dispatched.",
    )
    discrepancies: list[Discrepancy] = batched(
        discrepancies_by_consignment,
        key="id",
        description="The discrepancies, open and resolved, oldest first. A vendor sees those of its batches.",
    )
    batches: Connection[Batch] = batched(
        batches_by_consignment,
        key="id",
        arguments=forward_page,
        description="The batches, last dispatched first. A vendor sees those that it sent or receives.",
    )
    movements: Connection[BatchMovement] = batched(
        movements_by_consignment,
        key="id",
        arguments=forward_page,
        description="The movements of the coupons, newest first. A vendor sees those at its leg and those of its "
        "batches.",
    )
    viewer_actions: list[ConsignmentAction] = batched(
        actions_by_consignment, key="id", description=f"The actions that the viewer may take now. {_SAFE}"
    )
    moved_at: datetime = leaf("When coupons moved last, to a second; when the consignment was created, before that.")
    codes_downloaded_at: datetime | None = leaf(
        "When the codes were downloaded first. Null until then. From then on the serials are never allocated again."
    )
    canceled_at: datetime | None = leaf("When Operations canceled the consignment. Null unless it is canceled.")
    canceled_by: Account | None = batched(
        people_by_id, key="canceled_by", description=f"The account that canceled the consignment. {_PEOPLE}"
    )
    cancel_reason: str | None = leaf("Why the consignment was canceled. Null unless it is canceled.")
    created_by: Account | None = batched(
        people_by_id, key="created_by", description=f"The account that created the consignment. {_PEOPLE}"
    )
    created_at: datetime = leaf("When the consignment was created.")


@strawberry.type(description="The progress of a consignment changed, or its due date or chain.")
class ConsignmentProgressEvent:
    cursor: EventCursor = leaf("The position of the event. Pass it as `after` to resume after it.")
    consignment: Consignment = batched(
        consignments_by_id, key="subject_id", description="The consignment as it is now."
    )
