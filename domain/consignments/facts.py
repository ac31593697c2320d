"""The basic types of consignments: conditions of custody, kinds of movements, statuses, and sort orders."""

from enum import StrEnum

from domain.events import EventKind


class Condition(StrEnum):
    """The condition of serials at a place. What is not planned any more has been produced, unless it is void."""

    PLANNED = "PLANNED"
    GOOD = "GOOD"
    UNRESOLVED = "UNRESOLVED"
    DAMAGED = "DAMAGED"
    LOST = "LOST"
    VOID = "VOID"
    COMMISSIONED = "COMMISSIONED"


# A newer version of the artwork holds serials in these conditions that carry an older one.
HELD_CONDITIONS = frozenset({Condition.GOOD, Condition.UNRESOLVED})
# Serials in these conditions need no more work.
SETTLED_CONDITIONS = frozenset({Condition.COMMISSIONED, Condition.DAMAGED, Condition.LOST, Condition.VOID})


class MovementKind(StrEnum):
    """What a movement of serials did. Clients know it as BatchMovementKind."""

    PRODUCED = "PRODUCED"
    SPOILED = "SPOILED"
    PACKED = "PACKED"
    UNPACKED = "UNPACKED"
    DISPATCHED = "DISPATCHED"
    DISPATCH_VOIDED = "DISPATCH_VOIDED"
    RECEIVED = "RECEIVED"
    RECEIPT_VOIDED = "RECEIPT_VOIDED"
    DAMAGED = "DAMAGED"
    SHORT = "SHORT"
    COMMISSIONED = "COMMISSIONED"
    DISCREPANCY_RESOLVED = "DISCREPANCY_RESOLVED"
    VOIDED = "VOIDED"

    @property
    def event(self) -> EventKind:
        """The kind of event that each such movement appends."""
        return EventKind(f"COUPONS_{self.value}")


_PLANNED, _GOOD, _UNRESOLVED = Condition.PLANNED, Condition.GOOD, Condition.UNRESOLVED
_DAMAGED, _LOST, _VOID, _COMMISSIONED = Condition.DAMAGED, Condition.LOST, Condition.VOID, Condition.COMMISSIONED

# The conditions that each kind of movement takes serials from and to. The table custody_transition holds the same, so
# that the database rejects every other movement. A void serial travels with its batch and stays void.
TRANSITIONS = (
    (MovementKind.PRODUCED, _PLANNED, _GOOD),
    (MovementKind.SPOILED, _PLANNED, _VOID),
    # What is packed or unpacked stays where it is.
    (MovementKind.PACKED, _GOOD, _GOOD),
    *((MovementKind.UNPACKED, condition, condition) for condition in (_GOOD, _UNRESOLVED, _VOID)),
    (MovementKind.DISPATCHED, _GOOD, _GOOD),
    (MovementKind.DISPATCH_VOIDED, _GOOD, _GOOD),
    (MovementKind.DISPATCH_VOIDED, _VOID, _VOID),
    (MovementKind.RECEIVED, _GOOD, _GOOD),
    (MovementKind.RECEIVED, _VOID, _VOID),
    (MovementKind.DAMAGED, _GOOD, _DAMAGED),
    (MovementKind.SHORT, _GOOD, _UNRESOLVED),
    (MovementKind.RECEIPT_VOIDED, _GOOD, _GOOD),
    (MovementKind.RECEIPT_VOIDED, _DAMAGED, _GOOD),
    (MovementKind.RECEIPT_VOIDED, _UNRESOLVED, _GOOD),
    (MovementKind.RECEIPT_VOIDED, _VOID, _VOID),
    (MovementKind.COMMISSIONED, _GOOD, _COMMISSIONED),
    (MovementKind.DISCREPANCY_RESOLVED, _UNRESOLVED, _GOOD),
    (MovementKind.DISCREPANCY_RESOLVED, _UNRESOLVED, _DAMAGED),
    (MovementKind.DISCREPANCY_RESOLVED, _UNRESOLVED, _LOST),
    (MovementKind.DISCREPANCY_RESOLVED, _GOOD, _GOOD),
    (MovementKind.DISCREPANCY_RESOLVED, _GOOD, _VOID),
    (MovementKind.DISCREPANCY_RESOLVED, _UNRESOLVED, _VOID),
    *((MovementKind.VOIDED, condition, _VOID) for condition in Condition if condition is not _VOID),
)


class CustodyStatus(StrEnum):
    """The status of a consignment by custody alone, whatever the artwork."""

    READY = "READY"
    IN_PRODUCTION = "IN_PRODUCTION"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"
    CANCELED = "CANCELED"


class ConsignmentStatus(StrEnum):
    """The status of a consignment, derived from custody and artwork.

    AWAITING_ARTWORK and ARTWORK_BLOCKED come from artwork, the others from custody alone.
    """

    AWAITING_ARTWORK = "AWAITING_ARTWORK"
    ARTWORK_BLOCKED = "ARTWORK_BLOCKED"
    READY = "READY"
    IN_PRODUCTION = "IN_PRODUCTION"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"
    CANCELED = "CANCELED"


class BatchStatus(StrEnum):
    """The status of a batch. A batch is PARTLY_RECEIVED while some of it is still on the road."""

    IN_TRANSIT = "IN_TRANSIT"
    PARTLY_RECEIVED = "PARTLY_RECEIVED"
    RECEIVED = "RECEIVED"
    VOIDED = "VOIDED"


class DiscrepancyKind(StrEnum):
    """How what arrived differs from what was sent, or what is printed from what the artwork shows."""

    SHORT = "SHORT"
    OVER_SENT = "OVER_SENT"
    ARTWORK_SUPERSEDED = "ARTWORK_SUPERSEDED"


class ConsignmentOrder(StrEnum):
    """The sort orders of a list of consignments; ties are broken by id."""

    CREATED_AT_DESC = "CREATED_AT_DESC"
    DUE_ON_ASC = "DUE_ON_ASC"
    MOVED_AT_DESC = "MOVED_AT_DESC"
    WAITING_SINCE_ASC = "WAITING_SINCE_ASC"
