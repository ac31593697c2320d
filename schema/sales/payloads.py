"""Payloads of sales."""

import strawberry

from domain.sales.facts import SaleOutcome
from resolvers.sales.loaders import aliases_by_id
from resolvers.sales.record_sales import SalesReport
from schema.fields import batched
from schema.payloads import KeyedPayload, Payload
from schema.sales.types import Alias, SaleResult
from schema.scalars import SafeInt


@strawberry.type(description="The result of `recordSales`.")
class RecordSalesPayload(Payload):
    results: list[SaleResult] | None = strawberry.field(
        default=None,
        description="The outcome of each sale, in the order of the input. Null if the whole report was rejected.",
    )
    recorded: int | None = strawberry.field(default=None, description="How many sales are newly recorded.")
    corrected: int | None = strawberry.field(default=None, description="How many sales are corrected.")
    duplicates: int | None = strawberry.field(default=None, description="How many sales were already recorded.")
    conflicts: int | None = strawberry.field(default=None, description="How many sales are in conflict.")
    rejected: int | None = strawberry.field(default=None, description="How many sales were rejected.")
    parked: int | None = strawberry.field(default=None, description="How many sales are parked.")
    points_posted: SafeInt | None = strawberry.field(
        default=None, description="The points that the report posted: those earned, less those reversed."
    )

    @classmethod
    def of(cls, report: SalesReport) -> "RecordSalesPayload":
        """Builds the payload of a report."""
        outcomes = [row.outcome for row in report.results]
        return cls(
            results=report.results,  # type: ignore[arg-type] # rows answer the fields of their type
            recorded=outcomes.count(SaleOutcome.RECORDED),
            corrected=outcomes.count(SaleOutcome.CORRECTED),
            duplicates=outcomes.count(SaleOutcome.DUPLICATE),
            conflicts=outcomes.count(SaleOutcome.CONFLICT),
            rejected=outcomes.count(SaleOutcome.REJECTED),
            parked=outcomes.count(SaleOutcome.PARKED),
            points_posted=SafeInt(report.points),
        )


@strawberry.type(description="The result of `addAlias`.")
class AddAliasPayload(KeyedPayload):
    alias: Alias | None = batched(aliases_by_id, key="key", description="The new alias. Null if there are errors.")
    recorded: int | None = strawberry.field(
        default=None, description="How many parked sales are recorded now. Others are tried within a minute."
    )
    notices: list[str] = strawberry.field(
        default_factory=list,
        description="What looks like a mistake, such as a GTIN with a wrong check digit. The alias is added all the "
        "same.",
    )


@strawberry.type(description="The result of `removeAlias`.")
class RemoveAliasPayload(Payload):
    pass


@strawberry.type(description="The result of `discardParkedSales`.")
class DiscardParkedSalesPayload(Payload):
    discarded: int | None = strawberry.field(default=None, description="How many parked sales were discarded.")


@strawberry.type(description="The result of `setSaleSourceAccounts`.")
class SetSaleSourceAccountsPayload(Payload):
    source: str | None = strawberry.field(default=None, description="The name of the source.")
