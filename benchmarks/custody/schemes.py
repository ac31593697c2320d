"""Approved schemes to execute, through the resolvers of the server."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from benchmarks.custody.place import Place
from domain.channels import EarningChannel
from domain.permissions import Role
from domain.rules.model import BonusRule, FlatPoints, RuleLimits, TierClause
from domain.schemes.content import Basics, CouponValue
from graphql_api.context import Environment, utc_now
from resolvers.context import Operation
from resolvers.schemes.approve_scheme import ApproveScheme, approve_scheme
from resolvers.schemes.create_scheme import CreateScheme, create_scheme
from resolvers.schemes.definitions import definitions_by_scheme
from resolvers.schemes.save_scheme_basics import SaveSchemeBasics, save_scheme_basics
from resolvers.schemes.save_scheme_bonus_rules import RuleDraft, SaveSchemeBonusRules, save_scheme_bonus_rules
from resolvers.schemes.save_scheme_coupon_values import SaveSchemeCouponValues, save_scheme_coupon_values
from resolvers.schemes.save_scheme_geographies import SaveSchemeGeographies, save_scheme_geographies
from resolvers.schemes.save_scheme_products import SaveSchemeProducts, save_scheme_products
from resolvers.schemes.submit_scheme import SubmitScheme, submit_scheme

_CHANNELS = (EarningChannel.COUPON,)


async def approved_scheme(environment: Environment, place: Place, title: str, quantities: Sequence[int]) -> UUID:
    """An approved scheme that plans these quantities, one for each of the first variants."""
    catalog = place.catalog
    variants = catalog.variant_ids[: len(quantities)]

    def act(role: Role = Role.PROGRAM_MANAGER) -> Operation:
        return environment.operation(place.viewer(role))

    scheme_id = await create_scheme(act(), CreateScheme(title, _CHANNELS))
    await save_scheme_basics(act(), SaveSchemeBasics(scheme_id, 0, _basics(title)))
    await save_scheme_products(act(), SaveSchemeProducts(scheme_id, 0, variants))
    await save_scheme_geographies(act(), SaveSchemeGeographies(scheme_id, 0, (catalog.geography_id,)))
    values = tuple(CouponValue(variant, 10, quantity) for variant, quantity in zip(variants, quantities, strict=True))
    await save_scheme_coupon_values(act(), SaveSchemeCouponValues(scheme_id, 0, values))
    rule = BonusRule(
        id=environment.new_id(),
        name="Bonus",
        condition=TierClause(at_least=catalog.tier_id),
        reward=FlatPoints(50),
        limits=RuleLimits(),
    )
    await save_scheme_bonus_rules(act(), SaveSchemeBonusRules(scheme_id, 0, (RuleDraft(None, rule),)))
    reading = act()
    (definition,) = await definitions_by_scheme(reading, [scheme_id])
    await reading.close()
    assert definition is not None
    await submit_scheme(act(), SubmitScheme(scheme_id, definition.content_hash, acknowledge_warnings=True))
    return await approve_scheme(act(Role.APPROVER), ApproveScheme(scheme_id, definition.content_hash, None))


def _basics(title: str) -> Basics:
    today = utc_now().date()
    return Basics(
        title=title,
        channels=_CHANNELS,
        description="For workshops.",
        enrollment_opens_on=today + timedelta(days=10),
        enrollment_closes_on=today + timedelta(days=40),
        starts_on=today + timedelta(days=50),
        ends_on=today + timedelta(days=200),
        terms_markdown="Be fair.",
        budget=None,
    )
