"""What each act of a story does: the mutation behind it, called for the person who does it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from msgspec.structs import replace

from db.schemes.reads import CONTENT_HASHES
from domain.channels import EarningChannel
from domain.schemes.content import CouponValue
from domain.schemes.stages import WizardStepKind
from graphql_api.demo.catalog import Naming
from graphql_api.demo.revision_acts import change_rules, open_revision, reschedule, take_effect
from graphql_api.demo.rules import RULES
from graphql_api.demo.stories import Act
from graphql_api.demo.telling import Scene, Telling
from graphql_api.demo.terms import clarified
from resolvers.notifications.mark_notifications_read import MarkNotificationsRead, mark_notifications_read
from resolvers.schemes.add_scheme_participant import add_scheme_participant
from resolvers.schemes.approve_scheme import ApproveScheme, approve_scheme
from resolvers.schemes.create_scheme import CreateScheme, create_scheme
from resolvers.schemes.decisions import DeclineScheme
from resolvers.schemes.participants import Participation
from resolvers.schemes.reject_scheme import reject_scheme
from resolvers.schemes.request_scheme_changes import request_scheme_changes
from resolvers.schemes.save_scheme_basics import SaveSchemeBasics, save_scheme_basics
from resolvers.schemes.save_scheme_bonus_rules import RuleDraft, SaveSchemeBonusRules, save_scheme_bonus_rules
from resolvers.schemes.save_scheme_coupon_values import SaveSchemeCouponValues, save_scheme_coupon_values
from resolvers.schemes.save_scheme_geographies import SaveSchemeGeographies, save_scheme_geographies
from resolvers.schemes.save_scheme_products import SaveSchemeProducts, save_scheme_products
from resolvers.schemes.submit_scheme import SubmitScheme, submit_scheme

_REASON: Final = "Please say in the terms when the points of a month are credited, and check the budget."


async def perform(act: Act, telling: Telling, scene: Scene) -> None:
    """Do it. Raises what the mutation raises."""
    await _PERFORMANCES[act](telling, scene)


async def catch_up(scene: Scene) -> None:
    """Read everything that one was told so far."""
    await mark_notifications_read(scene.operation, MarkNotificationsRead(None, all=True))


async def _create(telling: Telling, scene: Scene) -> None:
    command = CreateScheme(telling.plan.title, telling.plan.channels)
    telling.scheme_id = telling.live_id = await create_scheme(scene.operation, command)


async def _invite(telling: Telling, scene: Scene) -> None:
    if telling.plan.colleague is None:
        raise ValueError(f"“{telling.plan.title}” does not say who is invited")
    colleague = scene.people[telling.plan.colleague]
    await add_scheme_participant(scene.operation, Participation(telling.scheme_id, colleague.account_id))


async def _save_basics(telling: Telling, scene: Scene) -> None:
    version = telling.expected_version(WizardStepKind.BASICS)
    await save_scheme_basics(scene.operation, SaveSchemeBasics(telling.scheme_id, version, telling.basics))


async def _add_coupons(telling: Telling, scene: Scene) -> None:
    channels = (EarningChannel.COUPON, EarningChannel.SALE)
    telling.basics = replace(telling.basics, channels=channels)
    await _save_basics(telling, scene)


async def _revise_basics(telling: Telling, scene: Scene) -> None:
    telling.basics = replace(telling.basics, terms_markdown=clarified(telling.basics.terms_markdown))
    await _raise_budget(telling, scene)


async def _raise_budget(telling: Telling, scene: Scene) -> None:
    telling.basics = replace(telling.basics, budget=(telling.basics.budget or 0) * 11 // 10)
    await _save_basics(telling, scene)


async def _save_products(telling: Telling, scene: Scene) -> None:
    version = telling.expected_version(WizardStepKind.PRODUCTS)
    variant_ids = tuple(scene.catalog.variants[sku] for sku in telling.skus)
    await save_scheme_products(scene.operation, SaveSchemeProducts(telling.scheme_id, version, variant_ids))


async def _add_variant(telling: Telling, scene: Scene) -> None:
    telling.skus = (*telling.skus, _changed_sku(telling))
    await _save_products(telling, scene)


async def _remove_variant(telling: Telling, scene: Scene) -> None:
    telling.skus = tuple(sku for sku in telling.skus if sku != _changed_sku(telling))
    await _save_products(telling, scene)


async def _remove_all_variants(telling: Telling, scene: Scene) -> None:
    telling.skus = ()
    await _save_products(telling, scene)


async def _save_geographies(telling: Telling, scene: Scene) -> None:
    await _set_geographies(telling, scene, telling.plan.places)


async def _remove_geographies(telling: Telling, scene: Scene) -> None:
    await _set_geographies(telling, scene, ())


async def _set_geographies(telling: Telling, scene: Scene, codes: tuple[str, ...]) -> None:
    version = telling.expected_version(WizardStepKind.GEOGRAPHIES)
    ids = tuple(scene.catalog.geographies[code] for code in codes)
    await save_scheme_geographies(scene.operation, SaveSchemeGeographies(telling.scheme_id, version, ids))


async def _save_values(telling: Telling, scene: Scene) -> None:
    version, plan = telling.expected_version(WizardStepKind.COUPON_VALUES), telling.plan
    values = tuple(
        CouponValue(scene.catalog.variants[sku], plan.base_points(sku), plan.planned_quantity(sku))
        for sku in telling.skus
    )
    await save_scheme_coupon_values(scene.operation, SaveSchemeCouponValues(telling.scheme_id, version, values))


async def _save_rules(telling: Telling, scene: Scene) -> None:
    version = telling.expected_version(WizardStepKind.BONUS_RULES)
    naming = Naming(scene.catalog, telling.basics.starts_on or scene.operation.now.date())
    rules = tuple(RuleDraft(None, RULES[name].rule(scene.operation.new_id(), naming)) for name in telling.plan.rules)
    await save_scheme_bonus_rules(scene.operation, SaveSchemeBonusRules(telling.scheme_id, version, rules))


async def _submit(telling: Telling, scene: Scene) -> None:
    """Whoever submits has read what the review warns of, and means it."""
    named_hash = await _content_hash(telling, scene)
    await submit_scheme(scene.operation, SubmitScheme(telling.scheme_id, named_hash, acknowledge_warnings=True))


async def _approve(telling: Telling, scene: Scene) -> None:
    named_hash = await _content_hash(telling, scene)
    await approve_scheme(scene.operation, ApproveScheme(telling.scheme_id, named_hash, telling.plan.remark))


async def _request_changes(telling: Telling, scene: Scene) -> None:
    command = DeclineScheme(telling.scheme_id, telling.plan.remark or _REASON)
    await request_scheme_changes(scene.operation, command)


async def _reject(telling: Telling, scene: Scene) -> None:
    await reject_scheme(scene.operation, DeclineScheme(telling.scheme_id, telling.plan.remark or _REASON))


async def _content_hash(telling: Telling, scene: Scene) -> str:
    ((_, found),) = await scene.session.fetch(CONTENT_HASHES, ids=[telling.scheme_id])
    return found


def _changed_sku(telling: Telling) -> str:
    if telling.plan.changed_sku is None:
        raise ValueError(f"“{telling.plan.title}” does not say which variant comes or goes")
    return telling.plan.changed_sku


_PERFORMANCES: Final[Mapping[Act, Callable[[Telling, Scene], Awaitable[None]]]] = {
    Act.CREATE: _create,
    Act.INVITE: _invite,
    Act.SAVE_BASICS: _save_basics,
    Act.SAVE_PRODUCTS: _save_products,
    Act.SAVE_GEOGRAPHIES: _save_geographies,
    Act.SAVE_VALUES: _save_values,
    Act.SAVE_RULES: _save_rules,
    Act.ADD_VARIANT: _add_variant,
    Act.REMOVE_VARIANT: _remove_variant,
    Act.REMOVE_ALL_VARIANTS: _remove_all_variants,
    Act.REMOVE_GEOGRAPHIES: _remove_geographies,
    Act.ADD_COUPONS: _add_coupons,
    Act.REVISE_BASICS: _revise_basics,
    Act.SUBMIT: _submit,
    Act.APPROVE: _approve,
    Act.REQUEST_CHANGES: _request_changes,
    Act.REJECT: _reject,
    Act.OPEN_REVISION: open_revision,
    Act.RAISE_BUDGET: _raise_budget,
    Act.CHANGE_RULES: change_rules,
    Act.RESCHEDULE: reschedule,
    Act.TAKE_EFFECT: take_effect,
}
