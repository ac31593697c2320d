"""Inputs of sales."""

from datetime import date

import strawberry

from domain.node_kinds import NodeKind
from domain.sales.facts import DISCARD_LIMIT, LINES_LIMIT, REPORTED_LINES_LIMIT, SALES_LIMIT
from domain.sales.reports import ReportedLine, ReportedSale
from domain.text import trim_text
from resolvers.sales.add_alias import AddAlias
from resolvers.sales.discard_parked_sales import DiscardParkedSales
from resolvers.sales.lists import SaleFilter
from resolvers.sales.record_sales import RecordSales
from resolvers.sales.remove_alias import RemoveAlias
from resolvers.sales.set_sale_source_accounts import SetSaleSourceAccounts
from schema.fields import leaf, optional
from schema.ids import InputIds, argument_ids, input_id
from schema.sales.enums import AliasKind, IngestMode
from schema.scalars import ReportedDateTime, ReportedDecimal


@strawberry.input(description="A line of a sale.")
class SaleLineInput:
    sku: str = leaf("The SKU of the variant, or an alias of it; 1 to 120 characters.")
    quantity: int = leaf(
        "The units sold, up to 1,000,000. A negative number returns units: they come off the latest line of the SKU "
        "first."
    )
    unit_price: ReportedDecimal = leaf("The price of a unit, 0 or more, with at most 4 decimals.")
    currency: str = leaf("The currency of the price, of ISO 4217.")


@strawberry.input(description="A sale, or a correction or a return of one.")
class SaleInput:
    external_id: str = leaf("The ID of the sale in the source; 1 to 120 characters.")
    revision: int | None = optional(
        "The revision of the sale in the source, 1 or more. A higher one corrects the sale, a lower one is outdated. "
        "Default: 1."
    )
    updated_at: ReportedDateTime | None = optional(
        "When the source updated the sale, if it has no revisions. A later one corrects the sale. Ignored with "
        "`revision`."
    )
    returns_external_id: str | None = optional(
        "The external ID of the sale of which this one returns units. All quantities must then be negative."
    )
    ecp_code: str = leaf("The code of the ECP, or an alias of it; 1 to 120 characters.")
    sold_at: ReportedDateTime = leaf("When the sale was made; not in the future, and not too long ago.")
    lines: list[SaleLineInput] = leaf(f"The lines, 1 to {LINES_LIMIT}.")

    def to_sale(self) -> ReportedSale:
        """Convert the input."""
        returned, updated_at = self.returns_external_id, self.updated_at
        return ReportedSale(
            _trimmed(self.external_id),
            _trimmed(self.ecp_code),
            sold_at=self.sold_at.at,
            lines=tuple(
                [
                    ReportedLine(line.sku, line.quantity, unit_price=line.unit_price.value, currency=line.currency)
                    for line in self.lines
                ]
            ),
            revision=self.revision,
            updated_at=None if updated_at is None else updated_at.at,
            returns_external_id=None if returned is None else _trimmed(returned),
        )


@strawberry.input(description="A report of sales from a connected system.")
class RecordSalesInput:
    source: str = leaf(
        "The name of the reporting system, the same in every report; 1 to 60 characters. It belongs to the first "
        "account that uses it, until an administrator lets others use it."
    )
    mode: IngestMode = leaf("What happens to the other sales when one is rejected.")
    park: bool | None = optional(
        "Whether to keep sales that name an unknown ECP or SKU, and to record them as soon as it exists. Default: "
        "false, which rejects them. Returns of unknown sales are always kept."
    )
    sales: list[SaleInput] = leaf(
        f"The sales, 1 to {SALES_LIMIT:,}, with at most {REPORTED_LINES_LIMIT:,} lines together."
    )

    def to_command(self) -> RecordSales:
        """Convert the input."""
        return RecordSales(
            self.source, self.mode, sales=[sale.to_sale() for sale in self.sales], park=self.park or False
        )


@strawberry.input(description="A name that other systems give an ECP or a variant.")
class AddAliasInput:
    kind: AliasKind = leaf("What the alias stands for.")
    alias: str = leaf("The alias; 1 to 120 characters. No other ECP or variant may have it.")
    variant_id: strawberry.ID | None = optional("The ID of the variant, for an alias of the kind `SKU`.")
    ecp_id: strawberry.ID | None = optional("The ID of the ECP, for an alias of the kind `ECP`.")

    def to_command(self) -> AddAlias:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            variant_id = ids.maybe(NodeKind.VARIANT, self.variant_id, "variantId")
            ecp_id = ids.maybe(NodeKind.ECP, self.ecp_id, "ecpId")
        return AddAlias(self.kind, self.alias, variant_id=variant_id, ecp_id=ecp_id)


@strawberry.input(description="An alias to remove.")
class RemoveAliasInput:
    alias_id: strawberry.ID = leaf("The ID of the alias.")

    def to_command(self) -> RemoveAlias:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return RemoveAlias(input_id(NodeKind.ALIAS, self.alias_id, "aliasId"))


@strawberry.input(description="Parked sales to discard.")
class DiscardParkedSalesInput:
    parked_sale_ids: list[strawberry.ID] = leaf(f"The IDs of the parked sales, 1 to {DISCARD_LIMIT}.")
    reason: str = leaf("The reason; 3 to 1,000 characters.")

    def to_command(self) -> DiscardParkedSales:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            parked = ids.many(NodeKind.PARKED_SALE, self.parked_sale_ids, "parkedSaleIds")
        return DiscardParkedSales(parked, self.reason)


@strawberry.input(description="The accounts that may report for a source of sales.")
class SetSaleSourceAccountsInput:
    source: str = leaf("The name of the source; 1 to 60 characters.")
    account_ids: list[strawberry.ID] = leaf("The IDs of all accounts that may use it, 1 to 20.")

    def to_command(self) -> SetSaleSourceAccounts:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            accounts = ids.many(NodeKind.ACCOUNT, self.account_ids, "accountIds")
        return SetSaleSourceAccounts(self.source, accounts)


@strawberry.input(name="SaleFilter", description="A filter of sales. All given conditions must hold.")
class SaleFilterInput:
    from_: date | None = optional("Return only sales on or after this day.", name="from")
    to: date | None = optional("Return only sales on or before this day.")
    scheme_ids: list[strawberry.ID] | None = optional("Return only sales that were valued in one of these schemes.")

    def to_filter(self) -> SaleFilter:
        """Convert the filter. Raises BadArgument for malformed IDs."""
        return SaleFilter(self.from_, self.to, scheme_ids=argument_ids(NodeKind.SCHEME, self.scheme_ids, "schemeIds"))


def _trimmed(text: str) -> str:
    return text.strip() if text.isascii() else trim_text(text)
