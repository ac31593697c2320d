"""Root fields of settlements."""

from typing import Annotated

import strawberry

from db.settlements.rows import SettlementRow
from domain.permissions import Permission
from resolvers.paging import Page, PageArguments
from resolvers.settlements.decide_settlement import approve_settlement, reject_settlement
from resolvers.settlements.lists import list_settlements
from resolvers.settlements.record_payouts import record_payouts
from resolvers.settlements.settle_scheme import settle_scheme
from resolvers.settlements.withdraw_settlement import withdraw_settlement
from schema.fields import AppInfo
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument
from schema.roots import mutation, query
from schema.settlements import inputs, payloads
from schema.settlements.types import Settlement

FilterArgument = Annotated[
    inputs.SettlementFilterInput | None,
    strawberry.argument(name="filter", description="Return only settlements that match this filter."),
]


@strawberry.type
class SettlementQueries:
    @query(
        requires=Permission.SETTLEMENT_READ,
        returns=Connection[Settlement],
        description="Returns settlements, newest first. Connected systems see those that are approved.",
    )
    async def settlements(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        filter_: FilterArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[SettlementRow]:
        chosen = (filter_ or inputs.SettlementFilterInput()).to_filter()
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_settlements(info.context, page, chosen)


@strawberry.type
class SettlementMutations:
    @mutation(
        requires=Permission.POINTS_SETTLE,
        description="Settle a scheme after its grace period: a job freezes the points of every ECP in a line, and a "
        "second person approves them. Later differences go into a supplementary settlement, made in the same way. A "
        "scheme has one open settlement at a time.",
    )
    async def settle_scheme(self, info: AppInfo, input: inputs.SettleSchemeInput) -> payloads.SettleSchemePayload:
        return payloads.SettleSchemePayload(key=await settle_scheme(info.context, input.to_command()))

    @mutation(
        requires=Permission.SETTLEMENT_APPROVE,
        description="Approve a proposed settlement of another person. A job then posts its points; a settlement "
        "without payable lines is settled at once. Nobody approves a settlement with a line of their own.",
    )
    async def approve_settlement(
        self, info: AppInfo, input: inputs.ApproveSettlementInput
    ) -> payloads.ApproveSettlementPayload:
        return payloads.ApproveSettlementPayload(key=await approve_settlement(info.context, input.to_command()))

    @mutation(
        requires=Permission.SETTLEMENT_APPROVE,
        description="Reject a proposed settlement of another person, with a reason. Nothing is posted, and the scheme "
        "can be settled again.",
    )
    async def reject_settlement(
        self, info: AppInfo, input: inputs.RejectSettlementInput
    ) -> payloads.RejectSettlementPayload:
        return payloads.RejectSettlementPayload(key=await reject_settlement(info.context, input.to_command()))

    @mutation(
        requires=Permission.POINTS_SETTLE,
        description="Withdraw a settlement that the viewer made and nobody has decided about. Nothing is posted, and "
        "the scheme can be settled again.",
    )
    async def withdraw_settlement(
        self, info: AppInfo, input: inputs.WithdrawSettlementInput
    ) -> payloads.WithdrawSettlementPayload:
        return payloads.WithdrawSettlementPayload(key=await withdraw_settlement(info.context, input.to_command()))

    @mutation(
        requires=Permission.PAYOUT_RECORD,
        description="Report what happened to payments of a settlement, each once. Paid points leave; those of a failed "
        "payment, and of one that the bank returned after it was reported as paid, are available again, and in the "
        "next settlement. Each payout has its own result; a report that is sent again changes nothing. The settlement "
        "is settled when every payable line is reported, and stays settled if money comes back.",
    )
    async def record_payouts(self, info: AppInfo, input: inputs.RecordPayoutsInput) -> payloads.RecordPayoutsPayload:
        return payloads.RecordPayoutsPayload.of(await record_payouts(info.context, input.to_command()))
