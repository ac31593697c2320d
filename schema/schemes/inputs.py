"""Inputs of schemes, and their conversion to commands."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

import strawberry

from domain.node_kinds import NodeKind
from domain.schemes.content import Basics, CouponValue, Material
from resolvers.schemes.approve_scheme import ApproveScheme
from resolvers.schemes.create_scheme import CreateScheme
from resolvers.schemes.decisions import DeclineScheme
from resolvers.schemes.lists import SchemeFilter
from resolvers.schemes.participants import Participation
from resolvers.schemes.save_scheme_basics import SaveSchemeBasics
from resolvers.schemes.save_scheme_bonus_rules import SaveSchemeBonusRules
from resolvers.schemes.save_scheme_coupon_values import SaveSchemeCouponValues
from resolvers.schemes.save_scheme_geographies import SaveSchemeGeographies
from resolvers.schemes.save_scheme_products import SaveSchemeProducts
from resolvers.schemes.submit_scheme import SubmitScheme
from schema.fields import leaf, optional
from schema.ids import InputIds, argument_id
from schema.queue_keys import WorkQueueKey
from schema.rules.conversion import rule_drafts
from schema.rules.enums import EarningChannel
from schema.rules.inputs import BonusRuleInput
from schema.scalars import SafeInt
from schema.schemes.enums import SchemeStatus, StageKind

SCHEME_ID = "The scheme."
EXPECTED_VERSION = "The version of the step that the editor saw; a save with an older one changes nothing."


@strawberry.input(name="SchemeFilter", description="Which schemes to list; everything given must hold together.")
class SchemeFilterInput:
    """A filter."""

    search: str | None = optional("Words of code or title, or their beginnings.")
    queue: WorkQueueKey | None = optional("Only the schemes of this work queue, which must be one of the viewer's.")
    stages: list[StageKind] | None = optional("Only schemes whose current stage is one of these.")
    statuses: list[SchemeStatus] | None = optional("Only schemes whose current status is one of these.")
    channels: list[EarningChannel] | None = optional("Only schemes with one of these channels.")
    geography_ids: list[strawberry.ID] | None = optional(
        "Only schemes that run in one of these geographies, or in something beneath or above it."
    )
    variant_ids: list[strawberry.ID] | None = optional("Only schemes with one of these variants.")
    created_by_me: bool | None = optional("Only schemes that the viewer created.")
    active_on: date | None = optional("Only approved schemes in which ECPs earn on this day.")

    def to_filter(self) -> SchemeFilter:
        """The filter as resolvers know it. Raises BadArgument for ids that make no sense."""
        places, variants = self.geography_ids, self.variant_ids
        return SchemeFilter(
            self.search,
            self.queue,
            self.stages,
            self.statuses,
            self.channels,
            None if places is None else [argument_id(NodeKind.GEOGRAPHY, item, "geographyIds") for item in places],
            None if variants is None else [argument_id(NodeKind.VARIANT, item, "variantIds") for item in variants],
            bool(self.created_by_me),
            self.active_on,
        )


@strawberry.input(description="A new scheme.")
class CreateSchemeInput:
    """A new scheme."""

    title: str = leaf("What people will call it; 3 to 120 characters.")
    earning_channels: list[EarningChannel] = leaf("How ECPs will earn; at least one.")

    def to_command(self) -> CreateScheme:
        """The command."""
        return CreateScheme(self.title, tuple(self.earning_channels))


@strawberry.input(description="A piece of marketing material.")
class MarketingMaterialInput:
    """Material."""

    title: str = leaf("What it is called; 1 to 120 characters.")
    url: str = leaf("Where it is: an address with https, up to 2,000 characters.")


@strawberry.input(description="The first step: what the scheme is, when it runs, under which terms.")
class SaveSchemeBasicsInput:
    """Basics."""

    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    title: str = leaf("What people call it; 3 to 120 characters.")
    description: str | None = optional("What it is about; up to 2,000 characters.")
    earning_channels: list[EarningChannel] = leaf("How ECPs earn in it; at least one.")
    enrollment_opens_on: date = leaf("The first day on which ECPs can enroll; from 2000 to 2099, like all dates.")
    enrollment_closes_on: date = leaf("The last day on which ECPs can enroll, not after the scheme ends.")
    starts_on: date = leaf("The first day on which ECPs earn.")
    ends_on: date = leaf("The last day on which ECPs earn, not before the first one.")
    terms_markdown: str = leaf("The terms and conditions in Markdown; 1 to 50,000 characters.")
    budget: SafeInt | None = optional("The points that may be spent, up to 1,000,000,000,000; no limit if left out.")
    materials: list[MarketingMaterialInput] | None = optional("The marketing materials; up to 20.")

    def to_command(self) -> SaveSchemeBasics:
        """The command. Raises InvalidInput for an id that makes no sense."""
        ids = InputIds()
        scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
        ids.check()
        basics = Basics(
            self.title,
            tuple(self.earning_channels),
            self.description,
            self.enrollment_opens_on,
            self.enrollment_closes_on,
            self.starts_on,
            self.ends_on,
            self.terms_markdown,
            self.budget,
            tuple(Material(item.title, item.url) for item in self.materials or ()),
        )
        return SaveSchemeBasics(scheme_id, self.expected_version, basics)


@strawberry.input(description="The second step: exactly these variants.")
class SaveSchemeProductsInput:
    """Products."""

    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    variant_ids: list[strawberry.ID] = leaf("The variants, up to 500; one that leaves takes its coupon value along.")

    def to_command(self) -> SaveSchemeProducts:
        """The command. Raises InvalidInput for ids that make no sense."""
        ids = InputIds()
        scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
        variant_ids = ids.many(NodeKind.VARIANT, self.variant_ids, "variantIds")
        ids.check()
        return SaveSchemeProducts(scheme_id, self.expected_version, variant_ids)


@strawberry.input(description="The third step: exactly these geographies.")
class SaveSchemeGeographiesInput:
    """Geographies."""

    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    geography_ids: list[strawberry.ID] = leaf("The geographies, up to 500; each includes everything beneath it.")

    def to_command(self) -> SaveSchemeGeographies:
        """The command. Raises InvalidInput for ids that make no sense."""
        ids = InputIds()
        scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
        geography_ids = ids.many(NodeKind.GEOGRAPHY, self.geography_ids, "geographyIds")
        ids.check()
        return SaveSchemeGeographies(scheme_id, self.expected_version, geography_ids)


@strawberry.input(description="What one variant pays, and how many coupons of it are planned.")
class CouponValueInput:
    """A coupon value."""

    variant_id: strawberry.ID = leaf("A variant of the scheme.")
    base_points: int = leaf("Points for each coupon or unit; 0 to 1,000,000.")
    planned_quantity: SafeInt = leaf("Coupons to make; 1 to 100,000,000, or 0 without the COUPON channel.")


@strawberry.input(description="The fourth step: exactly these values. Variants without one leave the step incomplete.")
class SaveSchemeCouponValuesInput:
    """Coupon values."""

    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    values: list[CouponValueInput] = leaf("The values, one for each variant; up to 2,000,000,000 coupons in all.")

    def to_command(self) -> SaveSchemeCouponValues:
        """The command. Raises InvalidInput for ids that make no sense."""
        ids = InputIds()
        scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
        values = tuple(
            CouponValue(
                ids.one(NodeKind.VARIANT, value.variant_id, "values", str(index), "variantId"),
                value.base_points,
                value.planned_quantity,
            )
            for index, value in enumerate(self.values)
        )
        ids.check()
        return SaveSchemeCouponValues(scheme_id, self.expected_version, values)


@strawberry.input(description="The fifth step: exactly these rules, in this order; none is fine.")
class SaveSchemeBonusRulesInput:
    """Bonus rules."""

    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    rules: list[BonusRuleInput] = leaf("The rules, up to 50.")

    def to_command(self, new_id: Callable[[], UUID]) -> SaveSchemeBonusRules:
        """The command. Raises InvalidInput for ids and times that make no sense."""
        ids = InputIds()
        scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
        rules = rule_drafts(self.rules, ids, new_id)
        ids.check()
        return SaveSchemeBonusRules(scheme_id, self.expected_version, rules)


@strawberry.input(description="Submit a scheme for approval as it was reviewed.")
class SubmitSchemeInput:
    """A submission."""

    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    content_hash: str = leaf("The hash that the review showed.")
    acknowledge_warnings: bool | None = optional("Whether the warnings of the review are known and accepted.")

    def to_command(self) -> SubmitScheme:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return SubmitScheme(_scheme(self.scheme_id), self.content_hash, bool(self.acknowledge_warnings))


@strawberry.input(description="Approve a scheme as it was reviewed.")
class ApproveSchemeInput:
    """An approval."""

    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    content_hash: str = leaf("The hash that the review showed.")
    comment: str | None = optional("A comment; up to 1,000 characters.")
    effective_at: datetime | None = optional(
        "The time of a revision as it was reviewed; with another one it is refused."
    )

    def to_command(self) -> ApproveScheme:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return ApproveScheme(_scheme(self.scheme_id), self.content_hash, self.comment, self.effective_at)


@strawberry.input(description="Give a submitted scheme back to its managers.")
class RequestSchemeChangesInput:
    """A request for changes."""

    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    reason: str = leaf("What should change; 3 to 1,000 characters.")

    def to_command(self) -> DeclineScheme:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return DeclineScheme(_scheme(self.scheme_id), self.reason)


@strawberry.input(description="Reject a submitted scheme for good.")
class RejectSchemeInput:
    """A rejection."""

    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    reason: str = leaf("Why; 3 to 1,000 characters.")

    def to_command(self) -> DeclineScheme:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return DeclineScheme(_scheme(self.scheme_id), self.reason)


def _scheme(text: str) -> UUID:
    ids = InputIds()
    scheme_id = ids.one(NodeKind.SCHEME, text, "schemeId")
    ids.check()
    return scheme_id


@strawberry.input(description="Somebody who shall take part in a scheme, or shall no longer.")
class SchemeParticipantInput:
    """A participation."""

    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    account_id: strawberry.ID = leaf("Who.")

    def to_command(self) -> Participation:
        """The command. Raises InvalidInput for ids that make no sense."""
        ids = InputIds()
        scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
        account_id = ids.one(NodeKind.ACCOUNT, self.account_id, "accountId")
        ids.check()
        return Participation(scheme_id, account_id)
