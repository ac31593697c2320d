"""Enums of ECPs: statuses, actions and orders."""

from db.ecps.pages import SORTS
from domain.ecps.activities import ActivityOutcome
from domain.ecps.facts import EcpOrder, EcpStatus
from domain.ecps.guards import EcpAction
from schema.descriptions import described

described(
    EcpStatus,
    "The status of an ECP. Only an active ECP can enroll and earn.",
    {
        EcpStatus.PENDING: "The ECP registered and waits for a program manager to verify them.",
        EcpStatus.ACTIVE: "A program manager verified the ECP and assigned a tier.",
        EcpStatus.SUSPENDED: "A program manager suspended the ECP. See `suspendedReason`.",
        EcpStatus.CLOSED: "The personal data was erased. The code and the history remain.",
    },
)
described(
    EcpAction,
    "An action on an ECP.",
    {
        EcpAction.UPDATE: "Correct the data, with `updateEcp`.",
        EcpAction.VERIFY: "Verify the ECP, change the tier of an active ECP, or reinstate a suspended one, "
        "with `verifyEcp`.",
        EcpAction.SUSPEND: "Suspend the ECP, with `suspendEcp`.",
        EcpAction.ERASE: "Erase the personal data, with `eraseEcp`.",
        EcpAction.UNLOCK: "Let the ECP redeem coupons again after wrong codes, with `unlockEcp`.",
    },
)
described(
    EcpOrder,
    "The order of a list of ECPs.",
    {order: sort.description for order, sort in SORTS.items()},
)

__all__ = ["EcpAction", "EcpOrder", "EcpStatus"]


described(
    ActivityOutcome,
    "The outcome of one reported activity.",
    {
        ActivityOutcome.RECORDED: "The activity is now recorded.",
        ActivityOutcome.DUPLICATE: "The same activity was already recorded, with the same content. Nothing changed.",
        ActivityOutcome.REJECTED: "The activity was not recorded. See `errors`.",
    },
)
