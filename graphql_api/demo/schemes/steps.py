"""Steps of a scheme: the mutation behind each, called for the person who takes the step."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from msgspec.structs import replace

from db.schemes.reads import CONTENT_HASHES
from domain.channels import EarningChannel
from domain.schemes.content import CouponValue
from domain.schemes.stages import WizardStepKind
from graphql_api.demo.rules.bonus_rules import RULES
from graphql_api.demo.rules.references import RuleReferences
from graphql_api.demo.schemes.progress import SchemeProgress
from graphql_api.demo.schemes.revision_steps import change_rules, open_revision, reschedule, take_effect
from graphql_api.demo.schemes.scenarios import SchemeStep
from graphql_api.demo.schemes.terms import clarified
from graphql_api.demo.steps import StepContext
from resolvers.schemes.add_scheme_participant import add_scheme_participant
from resolvers.schemes.approve_scheme import ApproveScheme, approve_scheme
from resolvers.schemes.create_scheme import CreateScheme, create_scheme
from resolvers.schemes.decline_scheme import DeclineScheme
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


async def run_step(step: SchemeStep, progress: SchemeProgress, context: StepContext) -> None:
    """Call the mutation behind a step. Raises what the mutation raises."""
    await _RUN_STEP[step](progress, context)


async def _create(progress: SchemeProgress, context: StepContext) -> None:
    command = CreateScheme(progress.plan.title, progress.plan.channels)
    progress.scheme_id = progress.live_id = await create_scheme(context.operation, command)


async def _invite(progress: SchemeProgress, context: StepContext) -> None:
    if progress.plan.colleague is None:
        raise ValueError(f"“{progress.plan.title}” names no colleague to invite")
    colleague = context.people[progress.plan.colleague]
    await add_scheme_participant(context.operation, Participation(progress.scheme_id, colleague.account_id))


async def _save_basics(progress: SchemeProgress, context: StepContext) -> None:
    version = progress.expected_version(WizardStepKind.BASICS)
    await save_scheme_basics(context.operation, SaveSchemeBasics(progress.scheme_id, version, progress.basics))


async def _add_coupons(progress: SchemeProgress, context: StepContext) -> None:
    channels = (EarningChannel.COUPON, EarningChannel.SALE)
    progress.basics = replace(progress.basics, channels=channels)
    await _save_basics(progress, context)


async def _revise_basics(progress: SchemeProgress, context: StepContext) -> None:
    progress.basics = replace(progress.basics, terms_markdown=clarified(progress.basics.terms_markdown))
    await _raise_budget(progress, context)


async def _raise_budget(progress: SchemeProgress, context: StepContext) -> None:
    progress.basics = replace(progress.basics, budget=(progress.basics.budget or 0) * 11 // 10)
    await _save_basics(progress, context)


async def _save_products(progress: SchemeProgress, context: StepContext) -> None:
    version = progress.expected_version(WizardStepKind.PRODUCTS)
    variant_ids = tuple(context.catalog.variants[sku] for sku in progress.skus)
    await save_scheme_products(context.operation, SaveSchemeProducts(progress.scheme_id, version, variant_ids))


async def _add_variant(progress: SchemeProgress, context: StepContext) -> None:
    progress.skus = (*progress.skus, _changed_sku(progress))
    await _save_products(progress, context)


async def _remove_variant(progress: SchemeProgress, context: StepContext) -> None:
    progress.skus = tuple(sku for sku in progress.skus if sku != _changed_sku(progress))
    await _save_products(progress, context)


async def _remove_all_variants(progress: SchemeProgress, context: StepContext) -> None:
    progress.skus = ()
    await _save_products(progress, context)


async def _save_geographies(progress: SchemeProgress, context: StepContext) -> None:
    await _set_geographies(progress, context, progress.plan.places)


async def _remove_geographies(progress: SchemeProgress, context: StepContext) -> None:
    await _set_geographies(progress, context, ())


async def _set_geographies(progress: SchemeProgress, context: StepContext, codes: tuple[str, ...]) -> None:
    version = progress.expected_version(WizardStepKind.GEOGRAPHIES)
    ids = tuple(context.catalog.geographies[code] for code in codes)
    await save_scheme_geographies(context.operation, SaveSchemeGeographies(progress.scheme_id, version, ids))


async def _save_values(progress: SchemeProgress, context: StepContext) -> None:
    version, plan = progress.expected_version(WizardStepKind.COUPON_VALUES), progress.plan
    values = tuple(
        CouponValue(context.catalog.variants[sku], plan.base_points(sku), plan.planned_quantity(sku))
        for sku in progress.skus
    )
    await save_scheme_coupon_values(context.operation, SaveSchemeCouponValues(progress.scheme_id, version, values))


async def _save_rules(progress: SchemeProgress, context: StepContext) -> None:
    version = progress.expected_version(WizardStepKind.BONUS_RULES)
    references = RuleReferences(
        context.catalog, progress.basics.starts_on or context.clock.calendar.day_of(context.operation.now)
    )
    rules = tuple(
        RuleDraft(None, RULES[name].rule(context.operation.new_id(), references)) for name in progress.plan.rules
    )
    await save_scheme_bonus_rules(context.operation, SaveSchemeBonusRules(progress.scheme_id, version, rules))


async def _submit(progress: SchemeProgress, context: StepContext) -> None:
    named_hash = await _content_hash(progress, context)
    # The manager has read the warnings of the review and accepts them.
    await submit_scheme(context.operation, SubmitScheme(progress.scheme_id, named_hash, acknowledge_warnings=True))


async def _approve(progress: SchemeProgress, context: StepContext) -> None:
    named_hash = await _content_hash(progress, context)
    await approve_scheme(context.operation, ApproveScheme(progress.scheme_id, named_hash, progress.plan.remark))


async def _request_changes(progress: SchemeProgress, context: StepContext) -> None:
    command = DeclineScheme(progress.scheme_id, progress.plan.remark or _REASON)
    await request_scheme_changes(context.operation, command)


async def _reject(progress: SchemeProgress, context: StepContext) -> None:
    await reject_scheme(context.operation, DeclineScheme(progress.scheme_id, progress.plan.remark or _REASON))


async def _content_hash(progress: SchemeProgress, context: StepContext) -> str:
    ((_, found),) = await context.session.fetch(CONTENT_HASHES, ids=[progress.scheme_id])
    return found


def _changed_sku(progress: SchemeProgress) -> str:
    if progress.plan.changed_sku is None:
        raise ValueError(f"“{progress.plan.title}” names no variant to add or remove")
    return progress.plan.changed_sku


_RUN_STEP: Final[Mapping[SchemeStep, Callable[[SchemeProgress, StepContext], Awaitable[None]]]] = {
    SchemeStep.CREATE: _create,
    SchemeStep.INVITE: _invite,
    SchemeStep.SAVE_BASICS: _save_basics,
    SchemeStep.SAVE_PRODUCTS: _save_products,
    SchemeStep.SAVE_GEOGRAPHIES: _save_geographies,
    SchemeStep.SAVE_VALUES: _save_values,
    SchemeStep.SAVE_RULES: _save_rules,
    SchemeStep.ADD_VARIANT: _add_variant,
    SchemeStep.REMOVE_VARIANT: _remove_variant,
    SchemeStep.REMOVE_ALL_VARIANTS: _remove_all_variants,
    SchemeStep.REMOVE_GEOGRAPHIES: _remove_geographies,
    SchemeStep.ADD_COUPONS: _add_coupons,
    SchemeStep.REVISE_BASICS: _revise_basics,
    SchemeStep.SUBMIT: _submit,
    SchemeStep.APPROVE: _approve,
    SchemeStep.REQUEST_CHANGES: _request_changes,
    SchemeStep.REJECT: _reject,
    SchemeStep.OPEN_REVISION: open_revision,
    SchemeStep.RAISE_BUDGET: _raise_budget,
    SchemeStep.CHANGE_RULES: change_rules,
    SchemeStep.RESCHEDULE: reschedule,
    SchemeStep.TAKE_EFFECT: take_effect,
}
