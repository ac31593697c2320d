"""Inputs of points, and the arguments of the fields of ECPs that read the ledger."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from domain.node_kinds import NodeKind
from resolvers.paging import PageArguments
from resolvers.points.ledger_lists import LedgerArguments, LedgerFilter
from resolvers.points.preview_points import PreviewPoints
from resolvers.points.statement_loaders import StatementWanted
from schema.fields import leaf, optional
from schema.ids import InputIds, argument_id, argument_ids
from schema.paging import AfterArgument, FirstArgument
from schema.points.enums import PointsEntryKind
from schema.rules.enums import EarningChannel
from schema.scalars import SafeInt


@strawberry.input(description="A hypothetical sale of one variant, or a hypothetical redemption of a coupon.")
class PreviewPointsInput:
    scheme_id: strawberry.ID = leaf("The ID of the scheme. A draft or a revision is previewed as it is.")
    ecp_id: strawberry.ID = leaf("The ID of the ECP who would earn.")
    channel: EarningChannel = leaf("The channel through which the points would be earned.")
    variant_id: strawberry.ID = leaf("The ID of the variant that would be sold or redeemed.")
    quantity: int = leaf("The number of units; 1 for a coupon.")
    unit_price: Decimal | None = optional(
        "The price of a unit. No rule uses it for now: rules about volume add up earlier sales."
    )
    at: datetime | None = optional(
        "The time of the sale. Default: now. An approved scheme pays by the revision in force at that time."
    )
    volume_so_far: SafeInt | None = optional(
        "The volume assumed as sold or redeemed before, wherever a rule requires a volume. Default: 0."
    )

    def to_command(self) -> PreviewPoints:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            ecp_id = ids.one(NodeKind.ECP, self.ecp_id, "ecpId")
            variant_id = ids.one(NodeKind.VARIANT, self.variant_id, "variantId")
        return PreviewPoints(
            scheme_id=scheme_id,
            ecp_id=ecp_id,
            channel=self.channel,
            variant_id=variant_id,
            quantity=self.quantity,
            at=self.at,
            volume_so_far=self.volume_so_far or 0,
        )


_KNOWN = (
    "Answer with what was known at this time: only what was recorded up to then. Rejected if transactions that began "
    "before still run, because their entries may still come."
)
KnownArgument = Annotated[datetime | None, strawberry.argument(description=_KNOWN)]


@strawberry.input(
    name="LedgerFilter", description="Which entries of the ledger to return. All given filters must match."
)
class LedgerFilterInput:
    scheme_ids: list[strawberry.ID] | None = optional("Only entries in one of these schemes.")
    kinds: list[PointsEntryKind] | None = optional("Only entries of these kinds.")
    from_: date | None = optional("Only entries recorded on this day or later.", name="from")
    to: date | None = optional("Only entries recorded on this day or earlier.")
    as_known_at: datetime | None = optional(_KNOWN)

    def to_filter(self) -> LedgerFilter:
        """Convert the input. Raises BadArgument for malformed IDs."""
        return LedgerFilter(
            scheme_ids=argument_ids(NodeKind.SCHEME, self.scheme_ids, "schemeIds"),
            kinds=None if self.kinds is None else tuple(self.kinds),
            recorded_from=self.from_,
            recorded_to=self.to,
            as_known_at=self.as_known_at,
        )


FilterArgument = Annotated[
    LedgerFilterInput | None,
    strawberry.argument(name="filter", description="Return only entries that match this filter."),
]


def page_of_ledger(
    filter_: FilterArgument = None, first: FirstArgument = None, after: AfterArgument = None
) -> LedgerArguments:
    """The arguments of the list of an ECP's entries."""
    return (filter_ or LedgerFilterInput()).to_filter(), PageArguments(first, after)


def known_time(as_known_at: KnownArgument = None) -> datetime | None:
    """The argument of a balance."""
    return as_known_at


def month_of_scheme(
    month: Annotated[str, strawberry.argument(description="The month, such as `2026-03`.")],
    scheme_id: Annotated[strawberry.ID, strawberry.argument(description="The ID of the scheme.")],
    as_known_at: KnownArgument = None,
) -> StatementWanted:
    """The arguments of a statement."""
    return StatementWanted(month, argument_id(NodeKind.SCHEME, scheme_id, "schemeId"), as_known_at)
