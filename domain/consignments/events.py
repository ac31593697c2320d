"""The kinds of events of consignments: each kind of movement, downloads of codes, and discrepancies without one."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.consignments.facts import MovementKind
from domain.events import EventKind, EventSpec, EventVisibility, Subject, SubjectKind
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from domain.queue_keys import WorkQueueKey

# A movement can move schemes, consignments, batches, and discrepancies between queues.
_QUEUES: Final = frozenset(
    {
        WorkQueueKey.COUPONS_TO_GENERATE,
        WorkQueueKey.VENDOR_NOT_ASSIGNED,
        WorkQueueKey.PARTLY_ALLOCATED,
        WorkQueueKey.PRODUCTION_TO_START,
        WorkQueueKey.BATCHES_TO_DISPATCH,
        WorkQueueKey.BATCHES_TO_RECEIVE,
        WorkQueueKey.DISCREPANCIES,
    }
)
_SUBJECTS: Final = frozenset({SubjectKind.SCHEME, SubjectKind.CONSIGNMENT, SubjectKind.VENDOR})

_DESCRIPTIONS: Final[Mapping[MovementKind, str]] = MappingProxyType(
    {
        MovementKind.PRODUCED: "A vendor produced coupons.",
        MovementKind.SPOILED: "A vendor spoiled coupons in production. They are void.",
        MovementKind.PACKED: "A vendor put coupons into a pack.",
        MovementKind.UNPACKED: "A pack was opened, and its coupons are loose.",
        MovementKind.DISPATCHED: "A vendor dispatched coupons of a batch to the next vendor.",
        MovementKind.DISPATCH_VOIDED: "A vendor took back a dispatch before any of it was received.",
        MovementKind.RECEIVED: "A vendor received coupons of a batch.",
        MovementKind.RECEIPT_VOIDED: "A vendor took back a receipt before anything had moved on.",
        MovementKind.DAMAGED: "A vendor reported damaged coupons.",
        MovementKind.SHORT: "Coupons of a batch did not arrive, and a discrepancy was opened.",
        MovementKind.COMMISSIONED: "The last vendor of a chain commissioned coupons. ECPs can redeem them.",
        MovementKind.DISCREPANCY_RESOLVED: "Operations resolved serials of a discrepancy.",
        MovementKind.VOIDED: "Operations recalled coupons or canceled a consignment. The coupons are void.",
    }
)


def _of_movement(description: str) -> EventSpec:
    return EventSpec(
        object=NodeKind.BATCH_MOVEMENT,
        permission=Permission.CONSIGNMENT_READ,
        visibility=EventVisibility.CONSIGNMENT,
        subjects=_SUBJECTS,
        queues=_QUEUES,
        description=description,
    )


def _of_discrepancy(description: str) -> EventSpec:
    """Nothing moves with such an event."""
    return EventSpec(
        object=NodeKind.DISCREPANCY,
        permission=Permission.CONSIGNMENT_READ,
        visibility=EventVisibility.CONSIGNMENT,
        subjects=_SUBJECTS,
        queues=frozenset({WorkQueueKey.DISCREPANCIES}),
        description=description,
    )


EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {kind.event: _of_movement(description) for kind, description in _DESCRIPTIONS.items()}
    | {
        EventKind.COUPON_CODES_DOWNLOADED: EventSpec(
            object=NodeKind.CONSIGNMENT,
            permission=Permission.CONSIGNMENT_READ,
            visibility=EventVisibility.CONSIGNMENT,
            subjects=_SUBJECTS,
            description="The codes of a consignment were downloaded.",
        ),
        EventKind.CONSIGNMENT_ARTWORK_CHANGED: EventSpec(
            object=NodeKind.CONSIGNMENT,
            permission=Permission.CONSIGNMENT_READ,
            visibility=EventVisibility.CONSIGNMENT,
            subjects=_SUBJECTS,
            queues=frozenset(
                {
                    WorkQueueKey.ARTWORK_REVISIONS,
                    WorkQueueKey.ARTWORK_TO_REVIEW,
                    WorkQueueKey.PRODUCTION_TO_START,
                    WorkQueueKey.BATCHES_TO_DISPATCH,
                }
            ),
            description="Artwork holds a consignment, or lets it go on.",
        ),
        EventKind.OVER_SENT_REPORTED: _of_discrepancy(
            "A vendor reported coupons that arrived without having been sent, and a discrepancy was opened."
        ),
        EventKind.MISSING_COUPON_SCANNED: _of_discrepancy(
            "An ECP scanned a coupon that is missing or lost, which is evidence of where it is."
        ),
        EventKind.COUPONS_HELD: _of_discrepancy(
            "A newer version of the artwork superseded what coupons carry. They are held, and a discrepancy was opened."
        ),
        EventKind.COUPONS_RELEASED: _of_discrepancy(
            "Operations accepted coupons that carry superseded artwork, and they are held no longer."
        ),
        EventKind.DISCREPANCY_DISMISSED: _of_discrepancy(
            "Operations dismissed serials of a discrepancy, or the receiver voided the receipt that reported them."
        ),
    }
)
MOVEMENT_KINDS: Final = frozenset(kind.event for kind in MovementKind)
# What changes the progress, the due date, the vendors, the artwork, or the open discrepancies of a consignment.
PROGRESS_KINDS: Final = MOVEMENT_KINDS | {
    EventKind.CONSIGNMENT_UPDATED,
    EventKind.CONSIGNMENT_CANCELED,
    EventKind.CONSIGNMENT_ARTWORK_CHANGED,
    EventKind.OVER_SENT_REPORTED,
    EventKind.DISCREPANCY_DISMISSED,
    EventKind.COUPONS_HELD,
    EventKind.COUPONS_RELEASED,
}


def about_consignment(*, scheme_id: UUID, consignment_id: UUID, vendor_ids: Iterable[UUID]) -> tuple[Subject, ...]:
    """The subjects of an event of a consignment: its scheme, itself, and the vendors concerned."""
    return (
        Subject(SubjectKind.SCHEME, scheme_id),
        Subject(SubjectKind.CONSIGNMENT, consignment_id),
        *(Subject(SubjectKind.VENDOR, vendor_id) for vendor_id in dict.fromkeys(vendor_ids)),
    )
