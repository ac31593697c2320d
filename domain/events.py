"""Events: their kinds, what a kind declares, the subjects of an event, and places in the stream.

Each area declares what its kinds mean in `domain/<area>/events.py`; `resolvers.events.table` merges them.
"""

from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from domain.node_kinds import NodeKind
from domain.permissions import Permission
from domain.queue_keys import WorkQueueKey


class EventKind(StrEnum):
    """What happened; the kinds of entries of a scheme's activity, too. Webhooks derive their types from it."""

    SCHEME_CREATED = "SCHEME_CREATED"
    SCHEME_STEP_SAVED = "SCHEME_STEP_SAVED"
    SCHEME_PARTICIPANT_ADDED = "SCHEME_PARTICIPANT_ADDED"
    SCHEME_PARTICIPANT_REMOVED = "SCHEME_PARTICIPANT_REMOVED"
    SCHEME_SUBMITTED = "SCHEME_SUBMITTED"
    SCHEME_APPROVED = "SCHEME_APPROVED"
    SCHEME_CHANGES_REQUESTED = "SCHEME_CHANGES_REQUESTED"
    SCHEME_REJECTED = "SCHEME_REJECTED"
    SCHEME_REVISION_OPENED = "SCHEME_REVISION_OPENED"
    SCHEME_REVISION_RESCHEDULED = "SCHEME_REVISION_RESCHEDULED"
    SCHEME_REVISION_APPLIED = "SCHEME_REVISION_APPLIED"
    SCHEME_CATALOG_CHANGED = "SCHEME_CATALOG_CHANGED"
    COUPON_RUNS_GENERATED = "COUPON_RUNS_GENERATED"
    SHORTFALL_CLOSED = "SHORTFALL_CLOSED"
    CONSIGNMENT_CREATED = "CONSIGNMENT_CREATED"
    CONSIGNMENT_UPDATED = "CONSIGNMENT_UPDATED"
    CONSIGNMENT_CANCELED = "CONSIGNMENT_CANCELED"
    CONSIGNMENT_ARTWORK_CHANGED = "CONSIGNMENT_ARTWORK_CHANGED"
    ARTWORK_UPLOADED = "ARTWORK_UPLOADED"
    ARTWORK_APPROVED = "ARTWORK_APPROVED"
    ARTWORK_REVISION_REQUESTED = "ARTWORK_REVISION_REQUESTED"
    COUPONS_RECALLED = "COUPONS_RECALLED"
    COUPON_CODES_DOWNLOADED = "COUPON_CODES_DOWNLOADED"
    COUPONS_PRODUCED = "COUPONS_PRODUCED"
    COUPONS_SPOILED = "COUPONS_SPOILED"
    COUPONS_PACKED = "COUPONS_PACKED"
    COUPONS_UNPACKED = "COUPONS_UNPACKED"
    COUPONS_DISPATCHED = "COUPONS_DISPATCHED"
    COUPONS_DISPATCH_VOIDED = "COUPONS_DISPATCH_VOIDED"
    COUPONS_RECEIVED = "COUPONS_RECEIVED"
    COUPONS_RECEIPT_VOIDED = "COUPONS_RECEIPT_VOIDED"
    COUPONS_DAMAGED = "COUPONS_DAMAGED"
    COUPONS_SHORT = "COUPONS_SHORT"
    COUPONS_COMMISSIONED = "COUPONS_COMMISSIONED"
    COUPONS_DISCREPANCY_RESOLVED = "COUPONS_DISCREPANCY_RESOLVED"
    COUPONS_VOIDED = "COUPONS_VOIDED"
    DISCREPANCY_DISMISSED = "DISCREPANCY_DISMISSED"
    COUPONS_HELD = "COUPONS_HELD"
    COUPONS_RELEASED = "COUPONS_RELEASED"
    OVER_SENT_REPORTED = "OVER_SENT_REPORTED"
    MISSING_COUPON_SCANNED = "MISSING_COUPON_SCANNED"
    ECP_REGISTERED = "ECP_REGISTERED"
    ECP_VERIFIED = "ECP_VERIFIED"
    ECP_SUSPENDED = "ECP_SUSPENDED"
    ECP_UPDATED = "ECP_UPDATED"
    ECP_ERASED = "ECP_ERASED"
    ECP_LOCKED = "ECP_LOCKED"
    ECP_UNLOCKED = "ECP_UNLOCKED"
    ECP_ACTIVITIES_RECORDED = "ECP_ACTIVITIES_RECORDED"
    ENROLLMENT_REQUESTED = "ENROLLMENT_REQUESTED"
    ENROLLMENT_DECIDED = "ENROLLMENT_DECIDED"
    ENROLLMENT_WITHDRAWN = "ENROLLMENT_WITHDRAWN"
    POINTS_POSTED = "POINTS_POSTED"
    POINTS_EXPIRING = "POINTS_EXPIRING"
    ADJUSTMENT_MADE = "ADJUSTMENT_MADE"
    ADJUSTMENT_DECIDED = "ADJUSTMENT_DECIDED"
    ADJUSTMENT_WITHDRAWN = "ADJUSTMENT_WITHDRAWN"
    SETTLEMENT_STARTED = "SETTLEMENT_STARTED"
    SETTLEMENT_PROPOSED = "SETTLEMENT_PROPOSED"
    SETTLEMENT_APPROVED = "SETTLEMENT_APPROVED"
    SETTLEMENT_REJECTED = "SETTLEMENT_REJECTED"
    SETTLEMENT_WITHDRAWN = "SETTLEMENT_WITHDRAWN"
    SETTLEMENT_POSTED = "SETTLEMENT_POSTED"
    PAYOUTS_RECORDED = "PAYOUTS_RECORDED"
    SETTLEMENT_SETTLED = "SETTLEMENT_SETTLED"
    SIMULATION_STARTED = "SIMULATION_STARTED"
    SIMULATION_FINISHED = "SIMULATION_FINISHED"
    SALES_PARKED = "SALES_PARKED"
    PARKED_SALES_RECORDED = "PARKED_SALES_RECORDED"
    PARKED_SALES_DISCARDED = "PARKED_SALES_DISCARDED"
    SALES_IMPORT_STARTED = "SALES_IMPORT_STARTED"
    SALES_IMPORT_FINISHED = "SALES_IMPORT_FINISHED"
    ALIAS_ADDED = "ALIAS_ADDED"
    ALIAS_REMOVED = "ALIAS_REMOVED"
    SALE_SOURCE_SAVED = "SALE_SOURCE_SAVED"
    PRODUCT_SAVED = "PRODUCT_SAVED"
    CATEGORY_SAVED = "CATEGORY_SAVED"
    GEOGRAPHY_SAVED = "GEOGRAPHY_SAVED"
    TIER_SAVED = "TIER_SAVED"
    VENDOR_SAVED = "VENDOR_SAVED"
    PROGRAM_UPDATED = "PROGRAM_UPDATED"
    ACCOUNT_SAVED = "ACCOUNT_SAVED"
    IDENTITY_LINKED = "IDENTITY_LINKED"
    IDENTITY_UNLINKED = "IDENTITY_UNLINKED"
    API_KEY_CREATED = "API_KEY_CREATED"
    API_KEY_REVOKED = "API_KEY_REVOKED"
    NOTIFICATION_ADDED = "NOTIFICATION_ADDED"
    NOTIFICATIONS_READ = "NOTIFICATIONS_READ"
    WEBHOOK_ENDPOINT_SAVED = "WEBHOOK_ENDPOINT_SAVED"
    WEBHOOK_ENDPOINT_DELETED = "WEBHOOK_ENDPOINT_DELETED"
    WEBHOOK_ENDPOINT_DISABLED = "WEBHOOK_ENDPOINT_DISABLED"
    WEBHOOK_DELIVERY_RETRIED = "WEBHOOK_DELIVERY_RETRIED"
    WEBHOOK_DELIVERY_SKIPPED = "WEBHOOK_DELIVERY_SKIPPED"
    JOB_PROGRESSED = "JOB_PROGRESSED"
    JOB_FINISHED = "JOB_FINISHED"
    JOB_FAILED = "JOB_FAILED"
    JOB_CANCELED = "JOB_CANCELED"

    @property
    def webhook_type(self) -> str:
        """The `type` of its webhooks, as Standard Webhooks recommends: `scheme.approved` for SCHEME_APPROVED."""
        return self.value.lower().replace("_", ".")


class SubjectKind(StrEnum):
    """What an event can be about. Feeds read the events of one subject; a new kind of subject is one member here."""

    SCHEME = "SCHEME"
    ACCOUNT = "ACCOUNT"
    ECP = "ECP"
    CONSIGNMENT = "CONSIGNMENT"
    VENDOR = "VENDOR"
    JOB = "JOB"


class Subject(Struct, frozen=True):
    """One thing that an event is about."""

    kind: SubjectKind
    id: UUID


class EventVisibility(StrEnum):
    """Which viewers that hold the permission of an event's kind see the event."""

    # Every one of them.
    PERMISSION = "PERMISSION"
    # Those who see each scheme among its subjects.
    SCHEME = "SCHEME"
    # Those who see the consignment among its subjects, and the movement.
    CONSIGNMENT = "CONSIGNMENT"
    # The account among its subjects.
    OWN_ACCOUNT = "OWN_ACCOUNT"
    # Those who see every ECP, and each ECP among its subjects.
    ECP = "ECP"
    # Those who see the job among its subjects.
    JOB = "JOB"
    # Those who see the import of sales that is its object.
    SALES_IMPORT = "SALES_IMPORT"


class EventSpec(Struct, frozen=True, kw_only=True):
    """What a kind of event declares.

    `object` is the kind of node that `object_id` identifies, `subjects` the kinds of subjects that every event of the
    kind names, `queues` the work queues that such an event can move something into or out of, and `description` one
    sentence for clients of the API.
    """

    object: NodeKind
    permission: Permission
    description: str
    visibility: EventVisibility = EventVisibility.PERMISSION
    subjects: frozenset[SubjectKind] = frozenset()
    queues: frozenset[WorkQueueKey] = frozenset()


class Position(Struct, frozen=True, order=True):
    """A place in the stream: behind the event with this transaction and id, or behind where one would be.

    `xid` is PostgreSQL's 64-bit transaction id. Transactions end in another order than they begin, so events are
    ordered by (xid, id) and read only below the oldest transaction that is still running: nothing is ever inserted
    behind a reader. See docs/adr/0009.
    """

    xid: int
    id: int
