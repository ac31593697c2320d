"""Types of the ledger of points: balances, entries with their explanations, and monthly statements."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from db.points.entry_rows import EntryRow
from domain.node_kinds import NodeKind
from domain.points.entry_facts import ENTRY_LABELS
from domain.points.ledger import PointsEntryKind as Kind
from resolvers.ecps.loaders import ecps_by_id
from resolvers.ledger.source_loaders import sources_of_entries
from resolvers.points.balance_loaders import balance_notice
from resolvers.points.entry_loaders import details_of_entries, entries_at
from resolvers.points.expiry_loaders import expiring_points
from resolvers.points.statement_loaders import entries_of_sections
from resolvers.schemes.loaders import schemes_by_id
from schema.fields import batched, computed, leaf, renamed
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.paging import Connection, forward_page
from schema.points.enums import PointsEntryKind, StatementSectionKind
from schema.points.types import RuleVerdict
from schema.rules.types import BonusRule
from schema.scalars import SafeInt


def days_ahead(
    within_days: Annotated[int, strawberry.argument(description="How many days ahead, 1 to 366.")] = 90,
) -> int:
    """The argument of what will happen within some days."""
    return within_days


@strawberry.type(description="Points that expire when a day begins, unless they are paid out before.")
class ExpiringPoints:
    on: date = leaf("The day. Today for points that are overdue.")
    points: SafeInt = leaf("The points.")


@strawberry.type(description="The points of an ECP in one scheme.")
class SchemeBalance:
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        schemes_by_id, key="scheme_id", description="The scheme."
    )
    available: SafeInt = leaf(
        "The points that the ECP has. Negative if more was taken back than was left; what the ECP earns next in this "
        "scheme offsets it."
    )
    settling: SafeInt = leaf("The points that are being paid out.")
    paid: SafeInt = leaf("The points that were paid out.")
    expired: SafeInt = leaf("The points that expired.")
    points_expiring: list[ExpiringPoints] = batched(
        expiring_points,
        key="account_key",
        arguments=days_ahead,
        description="The available points that expire within some days, by day, as of now. Empty if the points of the "
        "scheme never expire.",
    )
    notice: str | None = computed(
        balance_notice, "What a negative balance means, as a sentence. Null unless the balance is negative."
    )


@strawberry.type(description="The points of an ECP in all schemes.")
class PointsBalance:
    total: SafeInt = leaf("The available points of all schemes together.")
    by_scheme: list[SchemeBalance] = leaf("The balance in each scheme in which points were ever posted.")
    as_of: datetime = leaf("The time as of which the balance counts.")


PointsSource = Annotated[
    Annotated["SaleLine", strawberry.lazy("schema.sales.types")]  # type: ignore[name-defined] # noqa: F821 - as above
    | Annotated["Coupon", strawberry.lazy("schema.consignments.coupon_types")]  # type: ignore[name-defined] # noqa: F821 - as above
    | Annotated["Adjustment", strawberry.lazy("schema.adjustments.types")]  # type: ignore[name-defined] # noqa: F821 - as above
    | Annotated["SettlementLine", strawberry.lazy("schema.settlements.types")],  # type: ignore[name-defined] # noqa: F821 - as above
    strawberry.union("PointsSource", description="What an entry of the ledger comes from."),
]


@node_type(
    EntryRow,
    "An entry of the ledger: points that moved, for good. The sum of an ECP's entries is always the ECP's balance.",
)
class PointsEntry(Node):
    id: strawberry.ID = node_id(NodeKind.POINTS_ENTRY, "octets")
    kind: PointsEntryKind = leaf("Why the points moved.")
    kind_label: str = computed(lambda row: ENTRY_LABELS[Kind(row.kind)], "The kind as a label for people.")
    number: SafeInt = renamed(
        "seq", "The number of the entry in the ledger of the ECP. Numbers begin with 1 and leave out none."
    )
    points: SafeInt = renamed("signed", "The points as the ECP sees them: negative if they leave the balance.")
    balance_after: SafeInt = leaf("The ECP's available points in the scheme after this entry.")
    ecp: Annotated["Ecp", strawberry.lazy("schema.ecps.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        ecps_by_id, key="ecp_id", description="The ECP."
    )
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        schemes_by_id, key="scheme_id", description="The scheme."
    )
    rule: BonusRule | None = batched(
        details_of_entries,
        key="itself",
        pick=lambda found: found.rule,
        description="The bonus rule as it was in the revision that valued the line. Null unless a rule moved the "
        "points.",
    )
    explanation: RuleVerdict | None = batched(
        details_of_entries,
        key="itself",
        pick=lambda found: found.explanation,
        description="The verdict on the rule, with every clause and the fact that decided it, as they were when the "
        "line was valued. Null unless a rule moved the points.",
    )
    sentence: str = batched(
        details_of_entries,
        key="itself",
        pick=lambda found: found.sentence,
        description="Why the entry exists, in one sentence. It names the sale that caused a difference.",
    )
    source: PointsSource | None = batched(
        sources_of_entries,
        key="itself",
        description="The line of the sale, the redeemed coupon, the adjustment, or the line of the settlement. Null "
        "for a line that a correction removed.",
    )
    effective_at: datetime = leaf("The time of the sale, the redemption, or the adjustment.")
    recorded_at: datetime = leaf("When the entry was recorded. It never decreases from one entry to the next.")
    reverses: Annotated["PointsEntry", strawberry.lazy("schema.points.ledger_types")] | None = batched(
        entries_at,
        key="reversed_place",
        description="The entry whose points this one takes back. Null unless it takes back points.",
    )


@strawberry.type(description="A section of a monthly statement.")
class StatementSection:
    kind: StatementSectionKind = leaf("The section.")
    label: str = leaf("The heading of the section.")
    points: SafeInt = leaf("The points of its entries together; negative if more was taken than given.")
    entries: Connection[PointsEntry] = batched(
        entries_of_sections, key="place", arguments=forward_page, description="The entries, newest first."
    )


@strawberry.type(
    description="The points of an ECP in a scheme in one month: what was recorded in that month. The statement of a "
    "closed month never changes."
)
class PointsStatement:
    month: str = computed(lambda found: f"{found.month:%Y-%m}", "The month, such as `2026-03`.")
    month_label: str = renamed("label", "The month for people, such as “March 2026”.")
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        schemes_by_id, key="scheme_id", description="The scheme."
    )
    opens_at: datetime = leaf("When the month begins in the time zone of the program.")
    closes_at: datetime = leaf("When the month is over.")
    is_closed: bool = leaf("Whether the month is closed: nothing can be recorded in it anymore.")
    opening_balance: SafeInt = leaf("The balance when the month began.")
    sections: list[StatementSection] = leaf("The sections, in order. Empty ones are included.")
    closing_balance: SafeInt = leaf("The balance at the end: the opening balance and the points of all sections.")
    notice: str | None = leaf("What a negative closing balance means, as a sentence. Null unless it is negative.")
