"""Enums of ECPs: statuses, actions and orders."""

from db.ecps.pages import SORTS
from domain.ecps.activities import ActivityOutcome
from domain.ecps.facts import EcpOrder, EcpStatus
from domain.ecps.guards import EcpAction
from schema.descriptions import described

described(
    EcpStatus,
    "Where an ECP stands. Only an active one enrolls and earns.",
    {
        EcpStatus.PENDING: "It registered and waits for a program manager to verify it.",
        EcpStatus.ACTIVE: "It was verified and has a tier.",
        EcpStatus.SUSPENDED: "A program manager suspended it; see `suspendedReason`.",
        EcpStatus.CLOSED: "Its personal data was erased; the code and the history stay.",
    },
)
described(
    EcpAction,
    "What can be done to an ECP.",
    {
        EcpAction.UPDATE: "`updateEcp`",
        EcpAction.VERIFY: "`verifyEcp`, which also changes the tier of an active ECP and makes a suspended one active.",
        EcpAction.SUSPEND: "`suspendEcp`",
        EcpAction.ERASE: "`eraseEcp`",
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
    "What became of one reported activity.",
    {
        ActivityOutcome.RECORDED: "It is recorded now.",
        ActivityOutcome.DUPLICATE: "It was recorded before, with the same content; nothing changed.",
        ActivityOutcome.REJECTED: "It is not recorded; `errors` say why.",
    },
)
