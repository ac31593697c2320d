"""What may be done to an ECP in its state. Mutations raise what the guards return; `viewerActions` lists the rest."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from domain.ecps.facts import EcpFacts, EcpStatus
from domain.ecps.failures import EcpStateForbids, SelfVerification
from domain.failures import Failure
from domain.permissions import Permission, Viewer


class EcpAction(StrEnum):
    """What a viewer can do to an ECP; each is the mutation that does it."""

    UPDATE = "UPDATE"
    VERIFY = "VERIFY"
    SUSPEND = "SUSPEND"
    ERASE = "ERASE"


def refusal(action: EcpAction, standing: EcpFacts, viewer: Viewer) -> Failure | None:
    """Why `viewer` may not do `action` now, or None when it is allowed. Permissions are checked elsewhere."""
    message = _CLOSED.get(action) if standing.status is EcpStatus.CLOSED else None
    if message is None and action is EcpAction.SUSPEND:
        message = _NOT_TO_SUSPEND.get(standing.status)
    if message is not None:
        return EcpStateForbids(message)
    own = standing.ecp_id == viewer.ecp_id
    return SelfVerification() if own and action in _OF_OTHERS_ONLY else None


def allowed_actions(standing: EcpFacts, viewer: Viewer) -> tuple[EcpAction, ...]:
    """The actions that the viewer's roles allow and whose guard lets them pass, in the order of `EcpAction`."""
    return tuple(
        action
        for action in EcpAction
        if _permitted(action, standing, viewer) and refusal(action, standing, viewer) is None
    )


def _permitted(action: EcpAction, standing: EcpFacts, viewer: Viewer) -> bool:
    if action is EcpAction.UPDATE and not viewer.may(Permission.ECP_MANAGE):
        return viewer.may(Permission.ECP_UPDATE) and standing.ecp_id == viewer.ecp_id
    return viewer.may(ACTION_PERMISSIONS[action])


ACTION_PERMISSIONS: Final[Mapping[EcpAction, Permission]] = MappingProxyType(
    {
        EcpAction.UPDATE: Permission.ECP_UPDATE,
        EcpAction.VERIFY: Permission.ECP_MANAGE,
        EcpAction.SUSPEND: Permission.ECP_MANAGE,
        EcpAction.ERASE: Permission.ECP_ERASE,
    }
)
_OF_OTHERS_ONLY: Final = frozenset({EcpAction.VERIFY, EcpAction.SUSPEND})
_CLOSED: Final[Mapping[EcpAction, str]] = MappingProxyType(
    {
        EcpAction.UPDATE: "This ECP is closed, so there is nothing to correct.",
        EcpAction.VERIFY: "This ECP is closed and cannot be verified again.",
        EcpAction.SUSPEND: "This ECP is closed, so there is nothing to suspend.",
        EcpAction.ERASE: "This ECP was erased already.",
    }
)
_NOT_TO_SUSPEND: Final[Mapping[EcpStatus, str]] = MappingProxyType(
    {
        EcpStatus.PENDING: "This ECP is not verified yet, so there is nothing to suspend.",
        EcpStatus.SUSPENDED: "This ECP is suspended already.",
    }
)
