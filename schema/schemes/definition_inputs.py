"""Inputs of the wizard that defines a scheme."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import strawberry

from domain.node_kinds import NodeKind
from domain.schemes.content import Basics, CouponValue, Material
from domain.schemes.coupon_period import GRACE_DAYS
from resolvers.schemes.create_scheme import CreateScheme
from resolvers.schemes.save_scheme_basics import SaveSchemeBasics
from resolvers.schemes.save_scheme_bonus_rules import SaveSchemeBonusRules
from resolvers.schemes.save_scheme_coupon_values import SaveSchemeCouponValues
from resolvers.schemes.save_scheme_geographies import SaveSchemeGeographies
from resolvers.schemes.save_scheme_products import SaveSchemeProducts
from schema.fields import leaf, optional
from schema.ids import InputIds
from schema.money import MoneyInput
from schema.rules.conversion import RuleIds, rule_drafts
from schema.rules.enums import EarningChannel
from schema.rules.inputs import BonusRuleInput
from schema.scalars import SafeInt

SCHEME_ID = "The ID of the scheme."
EXPECTED_VERSION = "The version of the step that the editor read. A save with an older version changes nothing."


@strawberry.input(description="A scheme to create.")
class CreateSchemeInput:
    title: str = leaf("The title; 3 to 120 characters.")
    earning_channels: list[EarningChannel] = leaf("The channels through which ECPs earn; at least one.")

    def to_command(self) -> CreateScheme:
        """Convert the input."""
        return CreateScheme(self.title, tuple(self.earning_channels))


@strawberry.input(description="A piece of marketing material.")
class MarketingMaterialInput:
    title: str = leaf("The title; 1 to 120 characters.")
    url: str | None = optional("The URL of a page or file elsewhere, with https; up to 2,000 characters.")
    upload_id: strawberry.ID | None = optional(
        "In place of a URL, the ID of an upload for marketing material. A material that stays is sent with the ID that "
        "it has."
    )


@strawberry.input(description="The first step: title, channels, dates, terms, budget, payment and materials.")
class SaveSchemeBasicsInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    title: str = leaf("The title; 3 to 120 characters.")
    description: str | None = optional("The description; up to 2,000 characters.")
    earning_channels: list[EarningChannel] = leaf("The channels through which ECPs earn; at least one.")
    enrollment_opens_on: date = leaf("The first day on which ECPs can enroll. All dates lie between 2000 and 2099.")
    enrollment_closes_on: date = leaf("The last day on which ECPs can enroll; not after the scheme ends.")
    starts_on: date = leaf("The first day on which ECPs earn.")
    ends_on: date = leaf("The last day on which ECPs earn; not before the first day.")
    terms_markdown: str = leaf("The terms and conditions in Markdown; 1 to 50,000 characters.")
    budget: SafeInt | None = optional("The points that may be spent, up to 1,000,000,000,000. Default: no limit.")
    point_value: MoneyInput | None = optional(
        "What a point is worth when it is paid: more than 0, with at most 6 decimals. Default: points have no value in "
        "money."
    )
    minimum_payout: SafeInt | None = optional(
        "The points that an ECP must have for a payout; 1 or more. Fewer are carried over. Default: no minimum."
    )
    points_expire_after_days: int | None = optional(
        "How many days after they were recorded points expire that were not paid out; 1 to 3,660. Default: never."
    )
    grace_days: int | None = optional(
        "How many days after the end of the scheme its coupons pay, 0 to 366. Then the scheme can be settled. "
        f"Default: {GRACE_DAYS}."
    )
    materials: list[MarketingMaterialInput] | None = optional("The marketing materials, up to 20.")

    def to_command(self) -> SaveSchemeBasics:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        with InputIds() as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            materials = tuple(
                Material(
                    item.title,
                    url=item.url,
                    file_id=ids.maybe(NodeKind.UPLOAD, item.upload_id, "materials", str(index), "uploadId"),
                )
                for index, item in enumerate(self.materials or ())
            )
        basics = Basics.read(
            self,
            channels=tuple(self.earning_channels),
            materials=materials,
            point_value=None if self.point_value is None else self.point_value.to_money(),
        )
        return SaveSchemeBasics(scheme_id, self.expected_version, basics)


@strawberry.input(description="The second step: the variants. They replace the current variants.")
class SaveSchemeProductsInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    variant_ids: list[strawberry.ID] = leaf(
        "The IDs of the variants, up to 500. Removing a variant also removes its coupon value."
    )

    def to_command(self) -> SaveSchemeProducts:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            variant_ids = ids.many(NodeKind.VARIANT, self.variant_ids, "variantIds")
        return SaveSchemeProducts(scheme_id, self.expected_version, variant_ids)


@strawberry.input(description="The third step: the geographies. They replace the current geographies.")
class SaveSchemeGeographiesInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    geography_ids: list[strawberry.ID] = leaf(
        "The IDs of the geographies, up to 500. Each includes everything beneath it."
    )

    def to_command(self) -> SaveSchemeGeographies:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            geography_ids = ids.many(NodeKind.GEOGRAPHY, self.geography_ids, "geographyIds")
        return SaveSchemeGeographies(scheme_id, self.expected_version, geography_ids)


@strawberry.input(description="The base points of one variant, and how many coupons of it are planned.")
class CouponValueInput:
    variant_id: strawberry.ID = leaf("The ID of a variant of the scheme.")
    base_points: int = leaf("The points for each coupon or unit, 0 to 1,000,000.")
    planned_quantity: SafeInt = leaf(
        "The number of coupons to generate, 1 to 100,000,000; 0 if the scheme has no COUPON channel."
    )


@strawberry.input(
    description="The fourth step: the coupon values. They replace the current values. The step stays "
    "incomplete until every variant has one."
)
class SaveSchemeCouponValuesInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    values: list[CouponValueInput] = leaf("One value for each variant; up to 2,000,000,000 coupons in total.")

    def to_command(self) -> SaveSchemeCouponValues:
        """Convert the input. Raises InvalidInput for malformed IDs."""
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


@strawberry.input(
    description="The fifth step: the bonus rules, in order. They replace the current rules, and may be none."
)
class SaveSchemeBonusRulesInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    expected_version: int = leaf(EXPECTED_VERSION)
    rules: list[BonusRuleInput] = leaf("The rules, up to 50.")

    def to_command(self, new_id: Callable[[], UUID]) -> SaveSchemeBonusRules:
        """Convert the input. Raises InvalidInput for malformed IDs and times."""
        with RuleIds(new_id) as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            rules = rule_drafts(self.rules, ids)
        return SaveSchemeBonusRules(
            scheme_id=scheme_id,
            expected_version=self.expected_version,
            rules=rules,
            category_names=ids.category_names,
        )
