"""Rows of settlements and of their lines."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.settlements.facts import APPROVED, SettlementFacts, SettlementStatus


class SettlementRow(Struct, frozen=True):
    """A settlement with its terms and with what its lines add up to."""

    id: UUID
    scheme_id: UUID
    number: int
    status: str
    made_at: datetime
    made_by: UUID
    as_known_at: datetime | None
    point_value: Decimal | None
    currency: str | None
    minimum_payout: int | None
    open_discrepancies: int
    open_parked_sales: int
    open_adjustments: int
    open_valuations: int
    decided_at: datetime | None
    decided_by: UUID | None
    decision_reason: str | None
    settled_at: datetime | None
    lines: int
    payable_lines: int
    points: int
    amount: Decimal | None
    carried_over: int
    paid_lines: int
    paid_points: int
    paid_amount: Decimal
    failed_lines: int
    failed_points: int
    returned_lines: int
    returned_points: int
    payable_file_id: UUID | None
    scheme_code: str
    is_supplementary: bool

    @property
    def amount_paid(self) -> Decimal | None:
        """The money that was paid and did not come back; None without a value of a point."""
        return None if self.currency is None else self.paid_amount

    @property
    def approved_by(self) -> UUID | None:
        """The second person, who approved it."""
        return self.decided_by if self.status in APPROVED else None

    @property
    def rejected_by(self) -> UUID | None:
        """The second person, who rejected it."""
        return self.decided_by if self.status == SettlementStatus.REJECTED else None


class NewSettlement(Struct, frozen=True):
    """A settlement before its lines exist; the fields are the columns."""

    id: UUID
    scheme_id: UUID
    number: int
    status: str
    made_at: datetime
    made_by: UUID
    point_value: Decimal | None
    currency: str | None
    minimum_payout: int | None
    open_discrepancies: int
    open_parked_sales: int
    open_adjustments: int
    open_valuations: int


class SettlementStandingRow(Struct, frozen=True):
    """What guards, jobs, and notifications need of a settlement; `scheme` is the number of its scheme."""

    id: UUID
    scheme_id: UUID
    number: int
    status: str
    made_by: UUID
    decided_by: UUID | None
    point_value: Decimal | None
    currency: str | None
    minimum_payout: int | None
    lines: int
    payable_lines: int
    points: int
    carried_over: int
    paid_lines: int
    paid_points: int
    failed_lines: int
    returned_lines: int
    scheme: int
    scheme_code: str
    title: str
    has_own_line: bool

    @property
    def is_reported(self) -> bool:
        """Whether every payable line is reported."""
        return self.paid_lines + self.failed_lines + self.returned_lines == self.payable_lines

    @property
    def facts(self) -> SettlementFacts:
        """The facts that guards check."""
        return SettlementFacts(
            status=SettlementStatus(self.status),
            made_by=self.made_by,
            number=self.number,
            has_own_line=self.has_own_line,
        )


class SettlementLineRow(Struct, frozen=True):
    """A line of a settlement, with its settlement, its scheme, and its ECP."""

    id: UUID
    settlement_id: UUID
    settlement_number: int
    settlement_status: str
    scheme_id: UUID
    currency: str | None
    ecp: int
    ecp_id: UUID
    ecp_code: str
    points: int
    carried_over: int
    carry_reason: str | None
    amount: Decimal | None
    status: str
    reference: str | None
    reported_at: datetime | None
    return_reference: str | None
    returned_at: datetime | None
    known_at: datetime


class PayableLineRow(NamedTuple):
    """A line as a posting or a report of payouts sees it, with its ECP by number and by id, and the ECP's account."""

    id: UUID
    ecp: int
    ecp_id: UUID
    ecp_account_id: UUID | None
    ecp_is_erased: bool
    points: int
    amount: Decimal | None
    status: str
    reference: str | None
    return_reference: str | None


class ReportCounts(Struct, frozen=True, kw_only=True):
    """What a report adds to the counts of a settlement. A payment that came back is no longer counted as paid."""

    paid_lines: int
    paid_points: int
    paid_amount: Decimal
    failed_lines: int
    failed_points: int
    returned_lines: int
    returned_points: int


class InactiveEcpRow(NamedTuple):
    """An ECP that is suspended, closed, or not verified."""

    number: int
    status: str


class OpenWorkRow(NamedTuple):
    """What may still change the points of a scheme."""

    discrepancies: int
    parked_sales: int
    pending_adjustments: int
    waiting_accounts: int


class OpenSettlementRow(NamedTuple):
    """The settlement of a scheme that is not posted yet."""

    scheme_id: UUID
    number: int
    status: str


class SettlingRow(NamedTuple):
    """The points of an ECP that are being paid, in all schemes."""

    code: str
    points: int


class SettlementStateRow(NamedTuple):
    """What the stages of a scheme derive from: the status of a settlement, and since when it has it."""

    scheme_id: UUID
    status: str
    since: datetime
