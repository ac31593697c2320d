"""ECPs and their enrollments: statuses, what may be done to an ECP in its state, and the words people read for it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.failures import Failure, Path, UserErrorCode
from domain.permissions import Permission, Viewer

CODE_KIND: Final = "ECP"
ERASED_NAME: Final = "Erased ECP"
ECP_PATH: Final[Path] = ("input", "ecpId")


class EcpStatus(StrEnum):
    """Where an ECP stands. Only an active one enrolls and earns."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"

    @property
    def label(self) -> str:
        """The status as people read it: "Verification pending"."""
        return "Verification pending" if self is EcpStatus.PENDING else self.value.capitalize()


class EnrollmentStatus(StrEnum):
    """Where an enrollment stands. Only who is enrolled earns in a scheme."""

    PENDING = "PENDING"
    ENROLLED = "ENROLLED"
    WITHDRAWN = "WITHDRAWN"
    REJECTED = "REJECTED"


class EcpOrder(StrEnum):
    """The orders of a list of ECPs."""

    NAME_ASC = "NAME_ASC"
    CODE_ASC = "CODE_ASC"
    REGISTERED_AT_DESC = "REGISTERED_AT_DESC"
    REGISTERED_AT_ASC = "REGISTERED_AT_ASC"


class EcpAction(StrEnum):
    """What a viewer can do to an ECP; each is the mutation that does it."""

    UPDATE = "UPDATE"
    VERIFY = "VERIFY"
    SUSPEND = "SUSPEND"
    ERASE = "ERASE"


class EcpNotFound(Failure):
    """No such ECP, or none that the viewer may see: the two answer alike."""

    code = UserErrorCode.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("This ECP does not exist.", ECP_PATH)


class EcpStateForbids(Failure):
    """The ECP is in a state in which this cannot be done."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self, message: str) -> None:
        super().__init__(message, ECP_PATH)


class SelfVerification(Failure):
    """Four eyes: nobody decides about their own registration."""

    code = UserErrorCode.SELF_APPROVAL

    def __init__(self) -> None:
        super().__init__("This is your own registration, so somebody else has to decide about it.", ECP_PATH)


class RegisteredAlready(Failure):
    """The account is an ECP already."""

    code = UserErrorCode.DUPLICATE

    def __init__(self, ecp_code: str) -> None:
        self.ecp_code = ecp_code
        super().__init__(f"You are registered already as {ecp_code}.")


class EcpStanding(Struct, frozen=True):
    """The facts that guards look at."""

    ecp_id: UUID
    status: EcpStatus


def refusal(action: EcpAction, standing: EcpStanding, viewer: Viewer) -> Failure | None:
    """Why `viewer` may not do `action` now, or None when it is allowed. Permissions are checked elsewhere."""
    message = _CLOSED.get(action) if standing.status is EcpStatus.CLOSED else None
    if message is None and action is EcpAction.SUSPEND:
        message = _NOT_TO_SUSPEND.get(standing.status)
    if message is not None:
        return EcpStateForbids(message)
    own = standing.ecp_id == viewer.ecp_id
    return SelfVerification() if own and action in _OF_OTHERS_ONLY else None


def allowed_actions(standing: EcpStanding, viewer: Viewer) -> tuple[EcpAction, ...]:
    """The actions that the viewer's roles allow and whose guard lets them pass, in the order of `EcpAction`."""
    return tuple(
        action
        for action in EcpAction
        if _permitted(action, standing, viewer) and refusal(action, standing, viewer) is None
    )


def _permitted(action: EcpAction, standing: EcpStanding, viewer: Viewer) -> bool:
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
