"""Commands that several mutations of ECPs take."""

from uuid import UUID

from msgspec import Struct


class EcpWithReason(Struct, frozen=True):
    """The ECP that a command applies to, with a reason."""

    ecp_id: UUID
    reason: str
