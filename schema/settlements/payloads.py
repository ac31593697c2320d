"""Payloads of settlements."""

import strawberry

from domain.settlements.facts import PayoutResult
from resolvers.settlements.loaders import settlements_by_id
from resolvers.settlements.record_payouts import PayoutsReport
from schema.fields import batched
from schema.payloads import KeyedPayload
from schema.settlements.types import ReportedPayout, Settlement


@strawberry.type
class SettlementPayload(KeyedPayload):
    settlement: Settlement | None = batched(
        settlements_by_id, key="key", description="The settlement after the mutation. Null if there are errors."
    )


@strawberry.type(description="The result of `settleScheme`.")
class SettleSchemePayload(SettlementPayload):
    pass


@strawberry.type(description="The result of `approveSettlement`.")
class ApproveSettlementPayload(SettlementPayload):
    pass


@strawberry.type(description="The result of `rejectSettlement`.")
class RejectSettlementPayload(SettlementPayload):
    pass


@strawberry.type(description="The result of `withdrawSettlement`.")
class WithdrawSettlementPayload(SettlementPayload):
    pass


@strawberry.type(description="The result of `recordPayouts`.")
class RecordPayoutsPayload(SettlementPayload):
    results: list[ReportedPayout] | None = strawberry.field(
        default=None, description="What came of each payout, in the order of the input. Null if there are errors."
    )
    recorded: int | None = strawberry.field(default=None, description="How many payouts are newly recorded.")
    duplicates: int | None = strawberry.field(default=None, description="How many payouts were recorded before.")
    conflicts: int | None = strawberry.field(default=None, description="How many payouts are in conflict.")
    rejected: int | None = strawberry.field(default=None, description="How many payouts were rejected.")

    @classmethod
    def of(cls, report: PayoutsReport) -> "RecordPayoutsPayload":
        """Builds the payload of a report."""
        results = [row.result for row in report.results]
        return cls(
            key=report.settlement_id,
            results=report.results,  # type: ignore[arg-type] # rows answer the fields of their type
            recorded=results.count(PayoutResult.RECORDED),
            duplicates=results.count(PayoutResult.DUPLICATE),
            conflicts=results.count(PayoutResult.CONFLICT),
            rejected=results.count(PayoutResult.REJECTED),
        )
