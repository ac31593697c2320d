"""What all streams of events share: kinds, cursors, and pages for clients that poll."""

from typing import Annotated, Generic, TypeVar

import strawberry

from domain.events import EventKind
from resolvers.paging import counts
from schema.descriptions import described
from schema.fields import batched, computed, leaf
from schema.paging import PageInfo
from schema.scalars import EventCursor

T = TypeVar("T")

described(
    EventKind,
    "What happened.",
    {
        EventKind.SCHEME_CREATED: "A scheme was created.",
        EventKind.SCHEME_STEP_SAVED: "A step of a scheme's definition was saved.",
        EventKind.SCHEME_PARTICIPANT_ADDED: "Somebody takes part in a scheme.",
        EventKind.SCHEME_PARTICIPANT_REMOVED: "Somebody takes part in a scheme no longer.",
        EventKind.SCHEME_SUBMITTED: "A scheme was submitted for approval.",
        EventKind.SCHEME_APPROVED: "A scheme was approved.",
        EventKind.SCHEME_CHANGES_REQUESTED: "An approver gave a scheme back.",
        EventKind.SCHEME_REJECTED: "A scheme was rejected.",
        EventKind.SCHEME_REVISION_OPENED: "The next revision of an approved scheme was opened as a draft.",
        EventKind.SCHEME_REVISION_RESCHEDULED: "A revision was moved to another time of taking effect.",
        EventKind.SCHEME_REVISION_APPLIED: "An approved revision took effect.",
        EventKind.ECP_REGISTERED: "An ECP registered.",
        EventKind.ECP_VERIFIED: "An ECP was verified, or got another tier.",
        EventKind.ECP_SUSPENDED: "An ECP was suspended.",
        EventKind.ECP_UPDATED: "The data of an ECP was corrected.",
        EventKind.ECP_ERASED: "The personal data of an ECP was erased.",
        EventKind.ECP_ACTIVITIES_RECORDED: "A connected system reported what ECPs did.",
        EventKind.ENROLLMENT_REQUESTED: "An ECP asked to take part in a scheme, or was enrolled.",
        EventKind.ENROLLMENT_DECIDED: "A manager decided about an enrollment.",
        EventKind.ENROLLMENT_WITHDRAWN: "An enrollment was withdrawn.",
        EventKind.PRODUCT_SAVED: "A product was added or replaced.",
        EventKind.GEOGRAPHY_SAVED: "A geography was added or replaced.",
        EventKind.TIER_SAVED: "A tier was added or replaced.",
        EventKind.VENDOR_SAVED: "A vendor was added or replaced.",
        EventKind.ACCOUNT_SAVED: "An account was added or replaced.",
        EventKind.API_KEY_CREATED: "An API key was made.",
        EventKind.API_KEY_REVOKED: "An API key was revoked.",
        EventKind.NOTIFICATION_ADDED: "An account was told something.",
        EventKind.NOTIFICATIONS_READ: "An account has read some of its notifications.",
        EventKind.WEBHOOK_ENDPOINT_SAVED: "A webhook endpoint was added or changed.",
        EventKind.WEBHOOK_ENDPOINT_DELETED: "A webhook endpoint was deleted.",
        EventKind.WEBHOOK_ENDPOINT_DISABLED: "A webhook endpoint was disabled, since it did not answer for long.",
    },
)

ResumeArgument = Annotated[
    EventCursor | None,
    strawberry.argument(
        name="after", description="Resume behind this cursor: first what happened since, then what happens from now on."
    ),
]
ReadAfterArgument = Annotated[
    EventCursor | None,
    strawberry.argument(
        name="after", description="Read on behind this cursor; from the oldest event that is kept if left out."
    ),
]


@strawberry.type(description="An entry of a stream, with its place in it.")
class EventEdge(Generic[T]):
    """An entry of a stream."""

    cursor: EventCursor = leaf("The place of this entry; reading and subscribing resume behind it.")
    node: T = leaf("The entry itself.")


@strawberry.type(description="A page of a stream, oldest first. Subscriptions to the same stream take its cursors.")
class EventConnection(Generic[T]):
    """A page of a stream."""

    edges: list[EventEdge[T]] = leaf("The entries with their cursors.")
    nodes: list[T] = leaf("The entries alone.")
    page_info: PageInfo = computed(lambda page: page, "Where this page lies in the stream.")
    total_count: int = batched(
        counts, key="count", description="How many entries of the stream are kept; counted only when it is asked for."
    )
    resume_at: EventCursor = leaf(
        "Where the next page begins, or a subscription that misses nothing; it is there on an empty page, too."
    )
