"""The types of sales, of parked sales, and of aliases."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from db.sales.rows import AliasRow, ParkedSaleRow, SaleLineRow, SaleRow
from domain.failures import InvalidInput, UserErrorCode
from domain.node_kinds import NodeKind
from resolvers.accounts.loaders import accounts_by_id
from resolvers.catalog.loaders import variants_by_id
from resolvers.ecps.loaders import ecps_by_id
from resolvers.paging import PageArguments
from resolvers.points.sale_loaders import entries_by_sale, points_of_sales
from resolvers.sales.lists import SaleFilter, SaleListArguments
from resolvers.sales.loaders import lines_by_sale, returns_by_sale, revisions_by_sale, sales_by_number
from resolvers.sales.verdict_loaders import verdicts_by_line
from schema.accounts.types import Account
from schema.catalog.types import Variant
from schema.errors import UserError, user_errors
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.paging import AfterArgument, Connection, FirstArgument, forward_page
from schema.points.ledger_types import PointsEntry
from schema.points.types import LineVerdict
from schema.sales.enums import AliasKind, SaleOutcome
from schema.sales.inputs import SaleFilterInput
from schema.scalars import SafeInt

_Ecp = Annotated["Ecp", strawberry.lazy("schema.ecps.types")]  # type: ignore[name-defined] # noqa: F821 - each knows the other


@node_type(SaleLineRow, "A line of a sale, as it was reported.")
class SaleLine(Node):
    id: strawberry.ID = node_id(NodeKind.SALE_LINE)
    variant: Variant = batched(variants_by_id, key="variant_id", description="The variant.")
    quantity: int = leaf("The units that were sold, before returns. A negative number are units that came back.")
    returned_quantity: int = leaf(
        "The units of this line that came back. They come off the latest line of the variant first."
    )
    net_quantity: int = leaf("The units that count. 0 for a line that returns units.")
    unit_price: Decimal = leaf("The price of a unit.")
    currency: str = leaf("The currency of the price.")
    verdicts: list[LineVerdict] = batched(
        verdicts_by_line,
        key="place",
        description="The verdict of each bonus rule on the line, in every scheme that valued it, as of its newest "
        "valuation. Empty for viewers who do not see the ledger of the ECP.",
    )


@strawberry.type(description="A revision of a sale, as it was reported.")
class SaleRevision:
    revision: int = leaf("The revision.")
    ecp: _Ecp | None = batched(ecps_by_id, key="ecp_id", description="The ECP. Null unless the viewer may see the ECP.")
    sold_at: datetime = leaf("When the sale was made, according to this revision.")
    recorded_at: datetime = leaf("When the revision was recorded.")


@node_type(SaleRow, "A sale that a connected system reported, in its current revision.")
class Sale(Node):
    id: strawberry.ID = node_id(NodeKind.SALE)
    source: str = leaf("The system that reported the sale.")
    external_id: str = leaf("The ID of the sale in that system.")
    revision: int = leaf("The current revision.")
    ecp: _Ecp | None = batched(
        ecps_by_id, key="ecp_id", description="The ECP who made the sale. Null unless the viewer may see the ECP."
    )
    sold_at: datetime = leaf("When the sale was made.")
    recorded_at: datetime = leaf("When the current revision was recorded.")
    lines: list[SaleLine] = batched(lines_by_sale, key="number", description="The lines, as they were reported.")
    points: SafeInt = batched(
        points_of_sales,
        key="ledger_key",
        description="The points that the sale is worth now, over all schemes, net of returns.",
    )
    entries: Connection[PointsEntry] = batched(
        entries_by_sale,
        key="ledger_key",
        arguments=forward_page,
        description="The entries of the ledger for the lines of the sale, last recorded first, with those that other "
        "sales caused. Empty for viewers who do not see the ledger of the ECP.",
    )
    return_of: Annotated["Sale", strawberry.lazy("schema.sales.types")] | None = batched(
        sales_by_number, key="returns", description="The sale of which this one returns units. Null unless it does."
    )
    returns: list[Annotated["Sale", strawberry.lazy("schema.sales.types")]] = batched(
        returns_by_sale, key="number", description="The sales that return units of this one, at most 200."
    )
    revisions: list[SaleRevision] = batched(
        revisions_by_sale, key="number", description="All revisions, the newest first."
    )


@strawberry.type(description="A line of a parked sale, as the connected system sent it.")
class ParkedLine:
    sku: str = leaf("What names the variant: a SKU or an alias.")
    quantity: int = leaf("The units that were sold. A negative number are units that came back.")
    unit_price: Decimal = leaf("The price of a unit.")
    currency: str = leaf("The currency of the price.")


@node_type(ParkedSaleRow, "A sale that names what does not exist yet. It is recorded as soon as everything does.")
class ParkedSale(Node):
    id: strawberry.ID = node_id(NodeKind.PARKED_SALE)
    source: str = leaf("The system that reported the sale.")
    external_id: str = leaf("The ID of the sale in that system.")
    returns_external_id: str | None = leaf("The ID of the sale of which this one returns units.")
    revision: int | None = leaf("The revision of the sale in that system. Null if it sent none.")
    ecp_code: str = leaf("What names the ECP: a code or an alias.")
    sold_at: datetime = leaf("When the sale was made.")
    lines: list[ParkedLine] = leaf("The lines, as they were reported.")
    reported_by: Account = batched(accounts_by_id, key="account_id", description="The account that reported the sale.")
    code: UserErrorCode = leaf("What keeps the sale from being recorded, as a code for programs.")
    problem: str = leaf("What keeps the sale from being recorded, in sentences.")
    since: datetime = leaf("When the sale was parked.")
    checked_at: datetime = leaf("When the server last tried to record it.")


@node_type(AliasRow, "What other systems call an ECP or a variant.")
class Alias(Node):
    id: strawberry.ID = node_id(NodeKind.ALIAS)
    kind: AliasKind = leaf("What the alias stands for.")
    alias: str = leaf("The alias.")
    variant: Variant | None = batched(variants_by_id, key="variant_id", description="The variant. Null for an ECP.")
    ecp: _Ecp | None = batched(ecps_by_id, key="ecp_id", description="The ECP. Null for a variant.")
    added_at: datetime = leaf("When the alias was added.")


@strawberry.type(description="The outcome of one reported sale.")
class SaleResult:
    external_id: str = leaf("The ID of the sale in the source.")
    outcome: SaleOutcome = leaf("The outcome.")
    sale: Sale | None = batched(
        sales_by_number, key="number", description="The sale as it is now. Null if it is not recorded."
    )
    points: SafeInt = leaf(
        "The points that this report changes for the sale, negative if it loses some. Those of a return are what it "
        "takes off the sale that it returns; where the report has that sale too, the sale has them, and of several "
        "returns of one sale, the first one."
    )
    errors: list[UserError] = computed(
        # Few sales have problems, and an exception is made for those only.
        lambda row: user_errors(InvalidInput(*row.problems)) if row.problems else [],
        "Why the sale was rejected, parked, or in conflict. Empty otherwise.",
    )
    notices: list[str] = leaf(
        "Why a recorded sale, or some of its lines, earn no points, or what a parked one waits for. Empty if there is "
        "nothing to say."
    )


FilterArgument = Annotated[
    SaleFilterInput | None,
    strawberry.argument(name="filter", description="Return only sales that match this filter."),
]


def page_of_sales(
    filter_: FilterArgument = None, first: FirstArgument = None, after: AfterArgument = None
) -> SaleListArguments:
    """The arguments of the list of an ECP."""
    chosen: Any = SaleFilter() if filter_ is None else filter_.to_filter()
    return chosen, PageArguments(first, after)
