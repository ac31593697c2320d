"""Enums of enrollments: statuses, actions and orders."""

from db.enrollments.pages import SORTS
from domain.enrollments.facts import EnrollmentOrder, EnrollmentStatus
from domain.enrollments.guards import EnrollmentAction
from schema.descriptions import described

described(
    EnrollmentStatus,
    "Where an enrollment stands.",
    {
        EnrollmentStatus.PENDING: "The ECP asked for it; a manager must decide.",
        EnrollmentStatus.ENROLLED: "The ECP takes part and earns.",
        EnrollmentStatus.WITHDRAWN: "The ECP takes part no longer, or took its application back.",
        EnrollmentStatus.REJECTED: "A manager rejected the application.",
    },
)
described(
    EnrollmentAction,
    "What can be done to an enrollment.",
    {
        EnrollmentAction.ACCEPT: "`decideEnrollment` with `accept: true`",
        EnrollmentAction.REJECT: "`decideEnrollment` with `accept: false`",
        EnrollmentAction.WITHDRAW: "`withdrawEnrollment`",
    },
)
described(
    EnrollmentOrder,
    "The order of a list of enrollments.",
    {order: sort.description for order, sort in SORTS.items()},
)

__all__ = ["EnrollmentAction", "EnrollmentOrder", "EnrollmentStatus"]
