"""The basic types of ECPs: statuses, sort orders, and the facts that guards use."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

CODE_KIND: Final = "ECP"
ERASED_NAME: Final = "Erased ECP"


class EcpStatus(StrEnum):
    """The status of an ECP. Only an active ECP can enroll and earn."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"

    @property
    def label(self) -> str:
        """The status as a title: “Verification pending”."""
        return "Verification pending" if self is EcpStatus.PENDING else self.value.capitalize()


class EcpOrder(StrEnum):
    """The sort orders of a list of ECPs; ties are broken by id."""

    NAME_ASC = "NAME_ASC"
    CODE_ASC = "CODE_ASC"
    REGISTERED_AT_DESC = "REGISTERED_AT_DESC"
    REGISTERED_AT_ASC = "REGISTERED_AT_ASC"


class EcpFacts(Struct, frozen=True):
    """The facts about an ECP that guards use. A locked one may not redeem coupons, because of wrong codes."""

    ecp_id: UUID
    status: EcpStatus
    is_locked: bool = False
