"""Stored facts about settlements. The title of the scheme is the one of that time, and no person is named."""

from uuid import UUID

from domain.stored_facts import StoredFact


class FactOfSettlement(StoredFact, frozen=True):
    """A fact about a settlement, by its number in the scheme."""

    settlement_id: UUID
    title: str
    number: int
    points: int


class SettlementProposed(FactOfSettlement, frozen=True, tag="settlementProposed"):
    """The lines of a settlement are complete, and a second person decides."""

    lines: int


class SettlementApproved(FactOfSettlement, frozen=True, tag="settlementApproved"):
    """A second person approved a settlement. `carried_over` are points that are not paid, less negative balances."""

    carried_over: int = 0


class SettlementRejected(FactOfSettlement, frozen=True, tag="settlementRejected"):
    """A second person rejected a settlement."""


class SettlementWithdrawn(FactOfSettlement, frozen=True, tag="settlementWithdrawn"):
    """The maker of a settlement withdrew it before anybody decided."""


class SettlementSettled(FactOfSettlement, frozen=True, tag="settlementSettled"):
    """Every payable line of a settlement is reported. `points` are those that were paid and did not come back."""

    failed_lines: int
    returned_lines: int = 0


class PaymentsReturned(FactOfSettlement, frozen=True, tag="paymentsReturned"):
    """The money of payments came back after they were reported as paid. `points` are those of these lines."""

    lines: int


class _FactOfPayout(StoredFact, frozen=True):
    ecp_id: UUID
    title: str
    points: int


class PointsPaid(_FactOfPayout, frozen=True, tag="pointsPaid"):
    """Points of the ECP were paid."""


class PayoutFailed(_FactOfPayout, frozen=True, tag="payoutFailed"):
    """The payment of points of the ECP failed, and they are available again."""


class PayoutReturned(_FactOfPayout, frozen=True, tag="payoutReturned"):
    """The bank sent the money of a payment back, and the points are available again."""


StoredPayoutFact = PointsPaid | PayoutFailed | PayoutReturned


StoredSettlementFact = (
    SettlementProposed
    | SettlementApproved
    | SettlementRejected
    | SettlementWithdrawn
    | SettlementSettled
    | PaymentsReturned
    | StoredPayoutFact
)
