"""Enums of enrollments: statuses, actions and orders."""

from db.enrollments.pages import SORTS
from domain.enrollments.facts import EnrollmentOrder, EnrollmentStatus
from domain.enrollments.guards import EnrollmentAction
from schema.descriptions import described

described(
    EnrollmentStatus,
    "The status of an enrollment.",
    {
        EnrollmentStatus.PENDING: "The ECP applied, and a manager must decide.",
        EnrollmentStatus.ENROLLED: "The ECP is enrolled and earns.",
        EnrollmentStatus.WITHDRAWN: "The ECP left the scheme or withdrew the application.",
        EnrollmentStatus.REJECTED: "A manager rejected the application.",
    },
)
described(
    EnrollmentAction,
    "An action on an enrollment.",
    {
        EnrollmentAction.ACCEPT: "Accept the application, with `decideEnrollment` and `accept: true`.",
        EnrollmentAction.REJECT: "Reject the application, with `decideEnrollment` and `accept: false`.",
        EnrollmentAction.WITHDRAW: "Withdraw the enrollment or the application, with `withdrawEnrollment`.",
    },
)
described(
    EnrollmentOrder,
    "The order of a list of enrollments.",
    {order: sort.description for order, sort in SORTS.items()},
)

__all__ = ["EnrollmentAction", "EnrollmentOrder", "EnrollmentStatus"]
