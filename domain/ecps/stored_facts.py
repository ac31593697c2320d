"""Stored facts about ECPs.

They hold the ECP's code and never the name, because the code remains when the personal data is erased.
"""

from uuid import UUID

from domain.stored_facts import StoredFact


class _FactOfEcp(StoredFact, frozen=True):
    ecp_id: UUID
    code: str


class EcpRegistered(_FactOfEcp, frozen=True, tag="ecpRegistered"):
    """The ECP registered in a place and waits for verification."""

    place: str


class EcpVerified(_FactOfEcp, frozen=True, tag="ecpVerified"):
    """The ECP was verified with a tier, which has the name of that time."""

    tier: str


class EcpTierChanged(_FactOfEcp, frozen=True, tag="ecpTierChanged"):
    """The tier of an active ECP changed to this one."""

    tier: str


class EcpReinstated(_FactOfEcp, frozen=True, tag="ecpReinstated"):
    """The suspension of the ECP ended; it is active again with a tier."""

    tier: str


class EcpSuspended(_FactOfEcp, frozen=True, tag="ecpSuspended"):
    """The ECP was suspended, with the manager's reason."""

    reason: str


class EcpMoved(_FactOfEcp, frozen=True, tag="ecpMoved"):
    """The ECP works in another place now."""

    place: str


class EcpPlaceMoved(_FactOfEcp, frozen=True, tag="ecpPlaceMoved"):
    """The place in which the ECP works, or one above it, moved to another parent; None for a country."""

    place: str
    parent: str | None


class EcpLocked(_FactOfEcp, frozen=True, tag="ecpLocked"):
    """The ECP may not redeem coupons, because it tried so many wrong codes."""

    wrong: int


class EcpUnlocked(_FactOfEcp, frozen=True, tag="ecpUnlocked"):
    """A manager lets the ECP redeem coupons again, with a reason."""

    reason: str


StoredEcpFact = (
    EcpRegistered
    | EcpVerified
    | EcpTierChanged
    | EcpReinstated
    | EcpSuspended
    | EcpMoved
    | EcpPlaceMoved
    | EcpLocked
    | EcpUnlocked
)
