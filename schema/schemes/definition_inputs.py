"""Inputs of the wizard that defines a scheme."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import strawberry

from domain.node_kinds import NodeKind
from domain.schemes.content import Basics, CouponValue, Material
from resolvers.schemes.create_scheme import CreateScheme
from resolvers.schemes.save_scheme_basics import SaveSchemeBasics
from resolvers.schemes.save_scheme_bonus_rules import SaveSchemeBonusRules
from resolvers.schemes.save_scheme_coupon_values import SaveSchemeCouponValues
from resolvers.schemes.save_scheme_geographies import SaveSchemeGeographies
from resolvers.schemes.save_scheme_products import SaveSchemeProducts
from schema.fields import leaf, optional
from schema.ids import InputIds, input_id
from schema.rules.conversion import rule_drafts
from schema.rules.enums import EarningChannel
from schema.rules.inputs import BonusRuleInput
from schema.scalars import SafeInt

SCHEME_ID = "The scheme."
EXPECTED_VERSION = "The version of the step that the editor saw; a save with an older one changes nothing."


@strawberry.input(description="A new scheme.")
class CreateSchemeInput:
    title: str = leaf("What people will call it; 3 to 120 characters.")
    earning_channels: list[EarningChannel] = leaf("How ECPs will earn; at least one.")

    def to_command(self) -> CreateScheme:
        """The command."""
        return CreateScheme(self.title, tuple(self.earning_channels))


@strawberry.input(description="A piece of marketing material.")
class MarketingMaterialInput:
    title: str = leaf("What it is called; 1 to 120 characters.")
    url: str = leaf("Where it is: an address with https, up to 2,000 characters.")


@strawberry.input(description="The first step: what the scheme is, when it runs, under which terms.")
class SaveSchemeBasicsInput:
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
        scheme_id = input_id(NodeKind.SCHEME, self.scheme_id, "schemeId")
        materials = tuple(Material(item.title, item.url) for item in self.materials or ())
        basics = Basics.read(self, channels=tuple(self.earning_channels), materials=materials)
        return SaveSchemeBasics(scheme_id, self.expected_version, basics)


@strawberry.input(description="The second step: exactly these variants.")
class SaveSchemeProductsInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    variant_ids: list[strawberry.ID] = leaf("The variants, up to 500; one that leaves takes its coupon value along.")

    def to_command(self) -> SaveSchemeProducts:
        """The command. Raises InvalidInput for ids that make no sense."""
        with InputIds() as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            variant_ids = ids.many(NodeKind.VARIANT, self.variant_ids, "variantIds")
        return SaveSchemeProducts(scheme_id, self.expected_version, variant_ids)


@strawberry.input(description="The third step: exactly these geographies.")
class SaveSchemeGeographiesInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    geography_ids: list[strawberry.ID] = leaf("The geographies, up to 500; each includes everything beneath it.")

    def to_command(self) -> SaveSchemeGeographies:
        """The command. Raises InvalidInput for ids that make no sense."""
        with InputIds() as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            geography_ids = ids.many(NodeKind.GEOGRAPHY, self.geography_ids, "geographyIds")
        return SaveSchemeGeographies(scheme_id, self.expected_version, geography_ids)


@strawberry.input(description="What one variant pays, and how many coupons of it are planned.")
class CouponValueInput:
    variant_id: strawberry.ID = leaf("A variant of the scheme.")
    base_points: int = leaf("Points for each coupon or unit; 0 to 1,000,000.")
    planned_quantity: SafeInt = leaf("Coupons to make; 1 to 100,000,000, or 0 without the COUPON channel.")


@strawberry.input(description="The fourth step: exactly these values. Variants without one leave the step incomplete.")
class SaveSchemeCouponValuesInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    values: list[CouponValueInput] = leaf("The values, one for each variant; up to 2,000,000,000 coupons in all.")

    def to_command(self) -> SaveSchemeCouponValues:
        """The command. Raises InvalidInput for ids that make no sense."""
        with InputIds() as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            values = tuple(
                CouponValue(
                    ids.one(NodeKind.VARIANT, value.variant_id, "values", str(index), "variantId"),
                    value.base_points,
                    value.planned_quantity,
                )
                for index, value in enumerate(self.values)
            )
        return SaveSchemeCouponValues(scheme_id, self.expected_version, values)


@strawberry.input(description="The fifth step: exactly these rules, in this order; none is fine.")
class SaveSchemeBonusRulesInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    rules: list[BonusRuleInput] = leaf("The rules, up to 50.")

    def to_command(self, new_id: Callable[[], UUID]) -> SaveSchemeBonusRules:
        """The command. Raises InvalidInput for ids and times that make no sense."""
        with InputIds() as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            rules = rule_drafts(self.rules, ids, new_id)
        return SaveSchemeBonusRules(scheme_id, self.expected_version, rules)
