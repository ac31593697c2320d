"""Inputs of settlements."""

import strawberry

from domain.codes import normalize_code
from domain.node_kinds import NodeKind
from domain.settlements.payouts import ReportedPayout
from resolvers.settlements.decide_settlement import ApproveSettlement, RejectSettlement
from resolvers.settlements.lists import LineFilter, SettlementFilter
from resolvers.settlements.record_payouts import RecordPayouts
from resolvers.settlements.settle_scheme import SettleScheme
from resolvers.settlements.withdraw_settlement import WithdrawSettlement
from schema.fields import leaf, optional
from schema.ids import InputIds, argument_id, input_id
from schema.settlements.enums import LineStatus, PayoutOutcome, SettlementStatus

_KEY = (
    "A key of the client, up to 120 characters. The same key with the same input answers as the first time and changes "
    "nothing."
)


@strawberry.input(description="A scheme to settle.")
class SettleSchemeInput:
    scheme_id: strawberry.ID = leaf("The ID of the scheme, whose grace period must be over.")
    acknowledge_open: bool | None = optional(
        "Whether to settle although open work may still change points: open discrepancies, parked sales, adjustments "
        "to decide, and sales that are being valued. What changes later goes into a supplementary settlement."
    )
    idempotency_key: str = leaf(_KEY)

    def to_command(self) -> SettleScheme:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return SettleScheme(
            scheme_id=input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"),
            acknowledge_open=bool(self.acknowledge_open),
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="A proposed settlement to approve.")
class ApproveSettlementInput:
    settlement_id: strawberry.ID = leaf("The ID of the settlement, which must be proposed, by another person.")
    idempotency_key: str = leaf(_KEY)

    def to_command(self) -> ApproveSettlement:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return ApproveSettlement(
            settlement_id=input_id(NodeKind.SETTLEMENT, self.settlement_id, "settlementId"),
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="A proposed settlement to reject.")
class RejectSettlementInput:
    settlement_id: strawberry.ID = leaf("The ID of the settlement, which must be proposed, by another person.")
    reason: str = leaf("The reason; 3 to 1,000 characters.")
    idempotency_key: str = leaf(_KEY)

    def to_command(self) -> RejectSettlement:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return RejectSettlement(
            settlement_id=input_id(NodeKind.SETTLEMENT, self.settlement_id, "settlementId"),
            reason=self.reason,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="A settlement to withdraw.")
class WithdrawSettlementInput:
    settlement_id: strawberry.ID = leaf("The ID of the settlement, which the viewer made and nobody decided on.")
    idempotency_key: str = leaf(_KEY)

    def to_command(self) -> WithdrawSettlement:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return WithdrawSettlement(
            settlement_id=input_id(NodeKind.SETTLEMENT, self.settlement_id, "settlementId"),
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="What happened to the payment of a line of a settlement.")
class PayoutInput:
    line_id: strawberry.ID = leaf("The ID of the line.")
    outcome: PayoutOutcome = leaf("Whether it was paid, failed for good, or came back after it was paid.")
    reference: str = leaf(
        "The reference of the payment, or of its return, in the system that reports it; 1 to 200 characters."
    )


@strawberry.input(description="Payouts of a settlement.")
class RecordPayoutsInput:
    settlement_id: strawberry.ID = leaf("The ID of the settlement, whose points must be posted.")
    payouts: list[PayoutInput] = leaf(
        "The payouts; 1 to 1,000. A line is reported once, and may be returned once after it was paid."
    )
    idempotency_key: str = leaf(
        "A key of the client, up to 120 characters. A report that is sent again with it finds duplicates, and changes "
        "nothing."
    )

    def to_command(self) -> RecordPayouts:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            settlement_id = ids.one(NodeKind.SETTLEMENT, self.settlement_id, "settlementId")
            line_ids = [
                ids.one(NodeKind.SETTLEMENT_LINE, payout.line_id, "payouts", str(index), "lineId")
                for index, payout in enumerate(self.payouts)
            ]
        payouts = [
            ReportedPayout(line_id, payout.outcome, payout.reference)
            for line_id, payout in zip(line_ids, self.payouts, strict=True)
        ]
        return RecordPayouts(settlement_id=settlement_id, payouts=tuple(payouts), idempotency_key=self.idempotency_key)


@strawberry.input(name="SettlementFilter", description="A filter of settlements. All given conditions must hold.")
class SettlementFilterInput:
    scheme_id: strawberry.ID | None = optional("Return only settlements of this scheme.")
    statuses: list[SettlementStatus] | None = optional("Return only settlements with one of these statuses.")

    def to_filter(self) -> SettlementFilter:
        """Convert the filter. Raises BadArgument for malformed IDs."""
        return SettlementFilter(
            scheme_id=None if self.scheme_id is None else argument_id(NodeKind.SCHEME, self.scheme_id, "schemeId"),
            statuses=None if self.statuses is None else tuple(self.statuses),
        )


@strawberry.input(
    name="SettlementLineFilter", description="A filter of the lines of a settlement. All given conditions must hold."
)
class LineFilterInput:
    statuses: list[LineStatus] | None = optional("Return only lines with one of these statuses.")
    ecp_code: str | None = optional("Return only the line of the ECP with this code.")

    def to_filter(self) -> LineFilter:
        """Convert the filter."""
        return LineFilter(
            statuses=None if self.statuses is None else tuple(self.statuses),
            ecp_code=None if self.ecp_code is None else normalize_code(self.ecp_code),
        )
