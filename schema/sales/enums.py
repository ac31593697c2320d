"""Enums of sales: modes, outcomes, and kinds of aliases."""

from domain.sales.facts import AliasKind, IngestMode, SaleOutcome
from schema.descriptions import described

described(
    IngestMode,
    "What happens to the other sales of a report when one of them is rejected.",
    {
        IngestMode.ALL_OR_NOTHING: "The report is one transaction: if one sale is rejected or in conflict, nothing is "
        "recorded.",
        IngestMode.EACH_ON_ITS_OWN: "Each sale is recorded or rejected independently.",
    },
)
described(
    SaleOutcome,
    "The outcome of one reported sale.",
    {
        SaleOutcome.RECORDED: "The sale is now recorded.",
        SaleOutcome.CORRECTED: "A newer revision of a known sale is now recorded.",
        SaleOutcome.DUPLICATE: "The same or a newer revision was already recorded or parked. Nothing changed.",
        SaleOutcome.CONFLICT: "The sale was recorded with other content, and nothing says which is newer. Nothing "
        "changed.",
        SaleOutcome.REJECTED: "The sale was not recorded. See `errors`.",
        SaleOutcome.PARKED: "The sale names what does not exist yet. It is kept and recorded as soon as it does. See "
        "`errors`.",
    },
)
described(
    AliasKind,
    "What an alias stands for.",
    {
        AliasKind.SKU: "A variant: a GTIN, or its code in another system.",
        AliasKind.ECP: "An ECP: a dealer code or a telephone number.",
    },
)

__all__ = ["AliasKind", "IngestMode", "SaleOutcome"]
