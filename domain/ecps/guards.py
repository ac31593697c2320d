"""The actions that the state of an ECP allows."""

from enum import StrEnum
from typing import Final

from domain.ecps.facts import EcpFacts, EcpStatus
from domain.ecps.failures import ECP_PATH
from domain.failures import Failure, IllegalState, NotFound, SelfApproval
from domain.guards import Guard, Guards, first_failure
from domain.permissions import Permission
from domain.viewers import Viewer


class EcpAction(StrEnum):
    """What a viewer can do to an ECP; each is the mutation that does it."""

    UPDATE = "UPDATE"
    VERIFY = "VERIFY"
    SUSPEND = "SUSPEND"
    ERASE = "ERASE"
    UNLOCK = "UNLOCK"


def _unless(status: EcpStatus, message: str) -> Guard[EcpFacts]:
    """A guard that rejects the action for ECPs with `status`, with `message` as the reason."""
    return lambda facts, _viewer: IllegalState(message, ECP_PATH) if facts.status is status else None


def _own_or_managed(facts: EcpFacts, viewer: Viewer) -> Failure | None:
    """Only managers may correct other ECPs; to everyone else those do not exist."""
    is_hidden = facts.ecp_id != viewer.ecp_id and not viewer.may(Permission.ECP_MANAGE)
    return NotFound("ECP", ECP_PATH) if is_hidden else None


def _of_another(facts: EcpFacts, viewer: Viewer) -> Failure | None:
    message = "This is your own registration. Another person must decide on it."
    return SelfApproval(message, ECP_PATH) if facts.ecp_id == viewer.ecp_id else None


def _unlock(facts: EcpFacts, _viewer: Viewer) -> Failure | None:
    return None if facts.is_locked else IllegalState("This ECP is not locked.", ECP_PATH)


_update: Final = _unless(EcpStatus.CLOSED, "This ECP is closed and cannot be corrected.")
_verify: Final = _unless(EcpStatus.CLOSED, "This ECP is closed and cannot be verified again.")
_suspend: Final = first_failure(
    _unless(EcpStatus.CLOSED, "This ECP is closed and cannot be suspended."),
    _unless(EcpStatus.PENDING, "This ECP is not verified yet and cannot be suspended."),
    _unless(EcpStatus.SUSPENDED, "This ECP is already suspended."),
)
_erase: Final = _unless(EcpStatus.CLOSED, "This ECP was already erased.")

ECP_GUARDS: Final = Guards(
    EcpAction,
    {
        EcpAction.UPDATE: (Permission.ECP_UPDATE, first_failure(_own_or_managed, _update)),
        EcpAction.VERIFY: (Permission.ECP_MANAGE, first_failure(_verify, _of_another)),
        EcpAction.SUSPEND: (Permission.ECP_MANAGE, first_failure(_suspend, _of_another)),
        EcpAction.ERASE: (Permission.ECP_ERASE, _erase),
        EcpAction.UNLOCK: (Permission.ECP_MANAGE, first_failure(_unlock, _of_another)),
    },
)
