"""The words of ECPs: statuses, orders of lists, and the facts that guards look at."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

CODE_KIND: Final = "ECP"
ERASED_NAME: Final = "Erased ECP"


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


class EcpOrder(StrEnum):
    """The orders of a list of ECPs."""

    NAME_ASC = "NAME_ASC"
    CODE_ASC = "CODE_ASC"
    REGISTERED_AT_DESC = "REGISTERED_AT_DESC"
    REGISTERED_AT_ASC = "REGISTERED_AT_ASC"


class EcpFacts(Struct, frozen=True):
    """The facts that guards look at."""

    ecp_id: UUID
    status: EcpStatus
