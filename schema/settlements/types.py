"""The types of settlements and of their lines."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from db.settlements.rows import SettlementLineRow, SettlementRow
from domain.node_kinds import NodeKind
from domain.settlements.facts import LINE_LABELS, NOT_PAID, STATUS_LABELS, UNDONE
from domain.settlements.facts import CarryReason as Reason
from domain.settlements.facts import LineStatus as Line
from domain.settlements.facts import SettlementStatus as Status
from domain.settlements.sentences import line_sentence
from resolvers.ecps.loaders import ecps_by_id
from resolvers.files.loaders import file_views_by_id
from resolvers.paging import PageArguments
from resolvers.schemes.loaders import schemes_by_id
from resolvers.settlements.lists import LineArguments, LineFilter, lines_by_settlement
from resolvers.settlements.loaders import actions_by_settlement, deciders_by_id, lines_by_id, settlements_by_id
from schema.accounts.types import Account
from schema.fields import batched, computed, leaf, renamed
from schema.files.types import File
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.paging import AfterArgument, Connection, FirstArgument
from schema.scalars import SafeInt
from schema.settlements.enums import CarryReason, LineStatus, PayoutResult, SettlementAction, SettlementStatus
from schema.settlements.inputs import LineFilterInput

_Ecp = Annotated["Ecp", strawberry.lazy("schema.ecps.types")]  # type: ignore[name-defined] # noqa: F821 - each knows the other
_Scheme = Annotated["Scheme", strawberry.lazy("schema.schemes.types")]  # type: ignore[name-defined] # noqa: F821 - as above
_Settlement = Annotated["Settlement", strawberry.lazy("schema.settlements.types")]

FilterArgument = Annotated[
    LineFilterInput | None,
    strawberry.argument(name="filter", description="Return only lines that match this filter."),
]


def page_of_lines(
    filter_: FilterArgument = None, first: FirstArgument = None, after: AfterArgument = None
) -> LineArguments:
    """The arguments of the list of the lines of a settlement."""
    chosen = LineFilter() if filter_ is None else filter_.to_filter()
    return chosen, PageArguments(first, after)


def write_sentence(row: SettlementLineRow) -> str:
    """What a line means for its ECP."""
    return line_sentence(
        Line(row.status),
        points=row.points,
        carried_over=row.carried_over,
        reason=None if row.carry_reason is None else Reason(row.carry_reason),
        amount=row.amount,
        currency=row.currency,
        settlement=Status(row.settlement_status),
    )


def label_line(row: SettlementLineRow) -> str:
    """The label of a line: nothing is pending in a settlement that was rejected or withdrawn."""
    is_undone = row.status == Line.PENDING and row.settlement_status in UNDONE
    return NOT_PAID if is_undone else LINE_LABELS[Line(row.status)]


@node_type(
    SettlementLineRow, "The points of an ECP in a settlement: those that are paid, or those that are carried over."
)
class SettlementLine(Node):
    id: strawberry.ID = node_id(NodeKind.SETTLEMENT_LINE)
    settlement: _Settlement | None = batched(
        settlements_by_id, key="settlement_id", description="The settlement. Null for ECPs."
    )
    settlement_number: int = leaf("The number of the settlement in its scheme.")
    scheme: _Scheme | None = batched(
        schemes_by_id, key="scheme_id", description="The scheme. Null unless the viewer may see it."
    )
    ecp: _Ecp | None = batched(ecps_by_id, key="ecp_id", description="The ECP. Null unless the viewer may see the ECP.")
    ecp_code: str = leaf("The code of the ECP.")
    points: SafeInt = leaf("The points that are paid; 0 if they are carried over.")
    carried_over: SafeInt = leaf("The points that are not paid and stay with the ECP. Negative for a negative balance.")
    carry_reason: CarryReason | None = leaf("Why the points are not paid. Null if they are.")
    amount: Decimal | None = leaf(
        "The points times the value of a point, rounded half up to the smallest unit of the currency. Null without a "
        "value of a point, and if nothing is paid."
    )
    currency: str | None = leaf("The currency of the amount. Null without a value of a point.")
    status: LineStatus = leaf("The status of the line.")
    status_label: str = computed(label_line, "The status as a label for people.")
    sentence: str = computed(write_sentence, "What the line means, as a sentence.")
    reference: str | None = leaf("The reference of the payment. Null until it is reported.")
    reported_at: datetime | None = leaf("When the payment was reported. Null until then.")
    return_reference: str | None = leaf("The reference of the return. Null unless the money came back.")
    returned_at: datetime | None = leaf("When the return was reported. Null unless the money came back.")
    known_at: datetime = leaf("As of when the points of the ECP count.")


@node_type(SettlementRow, "The payment of the points of a scheme, which a second person approves.")
class Settlement(Node):
    id: strawberry.ID = node_id(NodeKind.SETTLEMENT)
    scheme: _Scheme | None = batched(
        schemes_by_id, key="scheme_id", description="The scheme. Null unless the viewer may see it."
    )
    scheme_code: str = leaf("The code of the scheme.")
    number: int = leaf("The number of the settlement in its scheme, from 1. Rejected and withdrawn ones keep theirs.")
    is_supplementary: bool = leaf("Whether an earlier settlement of the scheme was approved.")
    status: SettlementStatus = leaf("The status of the settlement.")
    status_label: str = computed(lambda row: STATUS_LABELS[Status(row.status)], "The status as a label for people.")
    made_at: datetime = leaf("When the settlement was made.")
    by: Account | None = batched(
        deciders_by_id,
        key="made_by",
        description="The account that made the settlement. Null for connected systems.",
    )
    as_known_at: datetime | None = leaf("As of when the points of all ECPs count. Null while the lines are prepared.")
    point_value: Decimal | None = leaf(
        "The value of a point according to the terms of the scheme at its end. Null if they have none."
    )
    currency: str | None = leaf("The currency of the amounts. Null without a value of a point.")
    minimum_payout: SafeInt | None = leaf("The points that an ECP must have for a payout. Null without a minimum.")
    open_discrepancies: int = leaf("How many open discrepancies the maker acknowledged.")
    open_parked_sales: int = leaf("How many parked sales the maker acknowledged.")
    open_adjustments: int = leaf("How many pending adjustments the maker acknowledged.")
    open_valuations: int = leaf("Of how many ECPs sales were still being valued when the maker acknowledged it.")
    decided_at: datetime | None = leaf("When the settlement was approved, rejected, or withdrawn. Null until then.")
    approved_by: Account | None = batched(
        deciders_by_id,
        key="approved_by",
        description="The second person that approved the settlement. Null unless one did, and for connected systems.",
    )
    rejected_by: Account | None = batched(
        deciders_by_id,
        key="rejected_by",
        description="The second person that rejected the settlement. Null unless one did, and for connected systems.",
    )
    decision_reason: str | None = leaf("The reason of a rejection.")
    settled_at: datetime | None = leaf("When the last payable line was reported. Null until then.")
    ecps: int = renamed("lines", "How many ECPs have a line.")
    payable_lines: int = leaf("How many lines are to be paid.")
    points: SafeInt = leaf("The points to pay.")
    amount: Decimal | None = leaf("The sum of the amounts of the lines. Null without a value of a point.")
    carried_over: SafeInt = leaf("The points that are carried over, less negative balances.")
    paid_lines: int = leaf("How many lines are reported as paid, and did not come back.")
    paid_points: SafeInt = leaf("The points of these lines.")
    paid_amount: Decimal | None = renamed("amount_paid", "The sum of their amounts. Null without a value of a point.")
    failed_lines: int = leaf("How many lines are reported as failed.")
    failed_points: SafeInt = leaf("The points of these lines, which are available again.")
    returned_lines: int = leaf("How many lines came back after they were reported as paid.")
    returned_points: SafeInt = leaf("The points of these lines, which are available again.")
    payable_file: File | None = batched(
        file_views_by_id,
        key="payable_file_id",
        description="The payable lines as CSV for a payment system, as they were when the points were posted: the ID "
        "of the line, by which `recordPayouts` reports it, the code of the ECP, points, amount, and currency. Null "
        "until then, and if nothing is payable.",
    )
    lines: Connection[SettlementLine] = batched(
        lines_by_settlement,
        key="id",
        arguments=page_of_lines,
        description="The lines, in the order in which the ECPs registered.",
    )
    viewer_actions: list[SettlementAction] = batched(
        actions_by_settlement,
        key="id",
        description="The actions that the viewer may take now. None of them would fail because of the settlement's "
        "state.",
    )


@strawberry.type(description="What came of a reported payout.")
class ReportedPayout:
    result: PayoutResult = leaf("The result.")
    message: str | None = leaf("Why the payout was rejected or is in conflict, as a sentence. Null otherwise.")
    line: SettlementLine | None = batched(
        lines_by_id, key="line_id", description="The line as it is now. Null if the settlement has no such line."
    )
