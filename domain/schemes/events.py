"""The kinds of events of schemes: each is an entry of a scheme's activity."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.events import EventKind, EventSpec, EventVisibility, Subject, SubjectKind
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from domain.queue_keys import WorkQueueKey

_BEFORE_APPROVAL: Final = frozenset(
    {
        WorkQueueKey.DRAFTS_TO_COMPLETE,
        WorkQueueKey.CHANGES_REQUESTED,
        WorkQueueKey.REVIEW_PENDING,
        WorkQueueKey.APPROVAL_PENDING,
    }
)
_AFTER_APPROVAL: Final = frozenset(
    {
        WorkQueueKey.COUPONS_TO_GENERATE,
        WorkQueueKey.VENDOR_NOT_ASSIGNED,
        WorkQueueKey.PARTLY_ALLOCATED,
        WorkQueueKey.ARTWORK_TO_UPLOAD,
        WorkQueueKey.SETTLEMENT_PENDING,
    }
)
_EXECUTION: Final = frozenset(
    {
        WorkQueueKey.COUPONS_TO_GENERATE,
        WorkQueueKey.VENDOR_NOT_ASSIGNED,
        WorkQueueKey.PARTLY_ALLOCATED,
        WorkQueueKey.ARTWORK_TO_UPLOAD,
    }
)
_ARTWORK: Final = frozenset(
    {WorkQueueKey.ARTWORK_TO_UPLOAD, WorkQueueKey.ARTWORK_REVISIONS, WorkQueueKey.ARTWORK_TO_REVIEW}
)
# A consignment that is created, canceled, or recalled, or whose chain changes, also moves the work of its vendors.
_CONSIGNMENT: Final = (
    _EXECUTION
    | _ARTWORK
    | {
        WorkQueueKey.PRODUCTION_TO_START,
        WorkQueueKey.BATCHES_TO_DISPATCH,
        WorkQueueKey.BATCHES_TO_RECEIVE,
        WorkQueueKey.DISCREPANCIES,
    }
)
_SUBJECTS: Final = frozenset({SubjectKind.SCHEME, SubjectKind.CONSIGNMENT})


def _activity(
    description: str,
    queues: frozenset[WorkQueueKey] = frozenset(),
    subjects: frozenset[SubjectKind] = frozenset({SubjectKind.SCHEME}),
) -> EventSpec:
    return EventSpec(
        object=NodeKind.SCHEME_ACTIVITY,
        permission=Permission.SCHEME_FOLLOW,
        visibility=EventVisibility.SCHEME,
        subjects=subjects,
        queues=queues,
        description=description,
    )


EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        EventKind.SCHEME_CREATED: _activity(
            "A scheme was created.", frozenset({WorkQueueKey.DRAFTS_TO_COMPLETE, WorkQueueKey.REVIEW_PENDING})
        ),
        EventKind.SCHEME_STEP_SAVED: _activity("A step of a scheme's definition was saved.", _BEFORE_APPROVAL),
        EventKind.SCHEME_PARTICIPANT_ADDED: _activity("A participant was added to a scheme."),
        EventKind.SCHEME_PARTICIPANT_REMOVED: _activity("A participant was removed from a scheme."),
        EventKind.SCHEME_SUBMITTED: _activity("A scheme was submitted for approval.", _BEFORE_APPROVAL),
        EventKind.SCHEME_APPROVED: _activity("A scheme was approved.", _BEFORE_APPROVAL | _AFTER_APPROVAL),
        EventKind.SCHEME_CHANGES_REQUESTED: _activity("An approver requested changes to a scheme.", _BEFORE_APPROVAL),
        EventKind.SCHEME_REJECTED: _activity("A scheme was rejected.", _BEFORE_APPROVAL),
        EventKind.SCHEME_REVISION_OPENED: _activity(
            "The next revision of an approved scheme was opened as a draft.", _BEFORE_APPROVAL
        ),
        EventKind.SCHEME_REVISION_RESCHEDULED: _activity(
            "The time at which a revision takes effect was changed.", _BEFORE_APPROVAL
        ),
        EventKind.SCHEME_CATALOG_CHANGED: _activity(
            "The catalog changed, which changes what a scheme pays or whom it includes."
        ),
        EventKind.COUPON_RUNS_GENERATED: _activity("Coupons were generated for a scheme.", _EXECUTION),
        EventKind.SHORTFALL_CLOSED: _activity("A shortfall of coupons was closed with a reason.", _EXECUTION),
        EventKind.CONSIGNMENT_CREATED: _activity("A consignment was created.", _CONSIGNMENT, _SUBJECTS),
        EventKind.CONSIGNMENT_UPDATED: _activity(
            "The due date or the vendors of a consignment changed.", _CONSIGNMENT, _SUBJECTS
        ),
        EventKind.CONSIGNMENT_CANCELED: _activity("A consignment was canceled.", _CONSIGNMENT, _SUBJECTS),
        EventKind.ARTWORK_UPLOADED: _activity("A designer uploaded a version of the artwork of a variant.", _ARTWORK),
        EventKind.ARTWORK_APPROVED: _activity("A vendor approved the artwork of a variant.", _ARTWORK),
        EventKind.ARTWORK_REVISION_REQUESTED: _activity(
            "A vendor asked for a revision of the artwork of a variant.", _ARTWORK
        ),
        EventKind.COUPONS_RECALLED: _activity("Coupons of a scheme were recalled. They are void.", _CONSIGNMENT),
        EventKind.SCHEME_REVISION_APPLIED: _activity("An approved revision took effect.", _AFTER_APPROVAL),
    }
)


def about_scheme(scheme_id: UUID) -> tuple[Subject, ...]:
    """The subjects of an event of a scheme or of a revision: that one itself."""
    return (Subject(SubjectKind.SCHEME, scheme_id),)
