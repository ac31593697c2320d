"""Events: the kinds of facts that the outbox tells of, and places in the stream of them."""

from enum import StrEnum
from typing import Final

from msgspec import Struct


class EventKind(StrEnum):
    """What happened. A kind is also the name of what webhooks deliver, and of an entry of a scheme's activity."""

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
    ECP_REGISTERED = "ECP_REGISTERED"
    ECP_VERIFIED = "ECP_VERIFIED"
    ECP_SUSPENDED = "ECP_SUSPENDED"
    ECP_UPDATED = "ECP_UPDATED"
    ECP_ERASED = "ECP_ERASED"
    ECP_ACTIVITIES_RECORDED = "ECP_ACTIVITIES_RECORDED"
    ENROLLMENT_REQUESTED = "ENROLLMENT_REQUESTED"
    ENROLLMENT_DECIDED = "ENROLLMENT_DECIDED"
    ENROLLMENT_WITHDRAWN = "ENROLLMENT_WITHDRAWN"
    PRODUCT_SAVED = "PRODUCT_SAVED"
    GEOGRAPHY_SAVED = "GEOGRAPHY_SAVED"
    TIER_SAVED = "TIER_SAVED"
    VENDOR_SAVED = "VENDOR_SAVED"
    ACCOUNT_SAVED = "ACCOUNT_SAVED"
    API_KEY_CREATED = "API_KEY_CREATED"
    API_KEY_REVOKED = "API_KEY_REVOKED"
    NOTIFICATION_ADDED = "NOTIFICATION_ADDED"
    NOTIFICATIONS_READ = "NOTIFICATIONS_READ"
    WEBHOOK_ENDPOINT_SAVED = "WEBHOOK_ENDPOINT_SAVED"
    WEBHOOK_ENDPOINT_DELETED = "WEBHOOK_ENDPOINT_DELETED"
    WEBHOOK_ENDPOINT_DISABLED = "WEBHOOK_ENDPOINT_DISABLED"


# What is told in the activity of a scheme, to everybody who sees the scheme.
SCHEME_ACTIVITIES: Final = frozenset(kind for kind in EventKind if kind.name.startswith("SCHEME_"))
# What happens to ECPs and their enrollments.
ECP_CHANGES: Final = frozenset(kind for kind in EventKind if kind.name.startswith(("ECP_", "ENROLLMENT_")))
# What moves something into a work queue or out of one.
WORK_CHANGES: Final = SCHEME_ACTIVITIES | {
    EventKind.ECP_REGISTERED,
    EventKind.ECP_VERIFIED,
    EventKind.ECP_ERASED,
    EventKind.ENROLLMENT_REQUESTED,
    EventKind.ENROLLMENT_DECIDED,
    EventKind.ENROLLMENT_WITHDRAWN,
}


class Position(Struct, frozen=True, order=True):
    """A place in the stream: behind the event with this transaction and id, or behind where one would be.

    `xid` is PostgreSQL's 64-bit transaction id. Transactions end in another order than they begin, so events are
    ordered by (xid, id) and read only below the oldest transaction that is still running: nothing is ever inserted
    behind a reader. See docs/adr/0009.
    """

    xid: int
    id: int
