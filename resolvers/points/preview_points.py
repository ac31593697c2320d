"""The query previewPoints: the points that a sale would earn in a scheme or a draft, and why; nothing is posted."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from db.catalog.reads import VARIANTS_BY_ID
from db.ecps.rows import EcpRow
from db.points.reads import ACTIVITIES_OF_ECP
from db.schemes.rows import SchemeRow
from domain.calendar import Calendar, format_day
from domain.channels import EarningChannel
from domain.ecps.failures import ECP_PATH
from domain.enrollments.facts import EnrollmentAt
from domain.failures import InvalidInput, NotFound, Problem, UserErrorCode
from domain.points.earning import Earner, SaleLine, earning_problems, line_problems
from domain.rules.bounds import MAX_SAFE_INT
from domain.rules.evaluation import Evaluation, compile_rules
from domain.rules.facts import EarnerFacts, LineFacts, needed_activities, needed_volumes
from domain.rules.model import RuleLimits
from domain.schemes.content import SchemeContent
from domain.schemes.failures import SCHEME_PATH
from domain.text import format_number
from resolvers.catalog.version_loaders import categories_at, tier_ranks_at
from resolvers.context import Operation
from resolvers.ecps.loaders import ecps_by_id
from resolvers.loading import align_many
from resolvers.points.earners import EarnerMoment, earners_at
from resolvers.points.verdicts import LineVerdictView, explain_evaluation
from resolvers.rules.loaders import names_of, rule_rows
from resolvers.schemes.definitions import load_definitions
from resolvers.schemes.loaders import schemes_by_id
from resolvers.schemes.revisions import content_in_force
from resolvers.validation import reject_invalid


class PreviewPoints(Struct, frozen=True):
    """A hypothetical sale of one variant, or redeemed coupon; an `at` of None is now."""

    scheme_id: UUID
    ecp_id: UUID
    channel: EarningChannel
    variant_id: UUID
    quantity: int
    at: datetime | None
    volume_so_far: int


class PointsPreview(Struct, frozen=True):
    """The points that the line would earn. They are 0 if there are problems, regardless of the verdicts."""

    base_points: int
    bonus_points: int
    verdicts: list[LineVerdictView]
    problems: tuple[Problem, ...]
    assumptions: list[str]


class _Case(Struct, frozen=True):
    """A line with the content of the scheme, and the ECP who would earn, as both were at the time of the sale."""

    content: SchemeContent
    line: SaleLine
    facts: LineFacts
    earner: Earner
    ecp_id: UUID
    tier_id: UUID | None
    calendar: Calendar


async def preview_points(operation: Operation, command: PreviewPoints) -> PointsPreview:
    """Evaluate a line without posting points. Raises InvalidInput and NotFound."""
    (scheme,) = await schemes_by_id(operation, [command.scheme_id])
    if scheme is None:
        raise NotFound("scheme", SCHEME_PATH)
    (ecp,) = await ecps_by_id(operation, [command.ecp_id])
    if ecp is None:
        raise NotFound("ECP", ECP_PATH)
    at = command.at or operation.now
    content, early = await _content(operation, scheme, at)
    case = await _case(operation, command, scheme, ecp, content, at)
    evaluation = await _evaluate(operation, case, command.volume_so_far)
    found = (*early, *earning_problems(case.line, case.earner, content, case.calendar, operation.now))
    problems = tuple(problem.under("input") for problem in found)
    return PointsPreview(
        base_points=0 if problems else evaluation.base_points,
        bonus_points=0 if problems else evaluation.bonus_points,
        verdicts=await explain_evaluation(operation, rule_rows(scheme.id, content.rules), evaluation, case.calendar),
        problems=problems,
        assumptions=list(_assumptions(case, command.volume_so_far, operation.now)),
    )


async def _content(operation: Operation, scheme: SchemeRow, at: datetime) -> tuple[SchemeContent, list[Problem]]:
    """The content that applies to the sale: the revision in force at that time, or a draft as it is."""
    early: list[Problem] = []
    if scheme.approved_at is not None and scheme.revises is None:
        content = await content_in_force(operation, scheme.id, at)
        if content is not None:
            return content, early
        approved_on = format_day((await operation.calendar()).day_of(scheme.approved_at))
        message = f"The scheme was approved on {approved_on}; sales before that earn nothing."
        early.append(Problem(UserErrorCode.OUT_OF_WINDOW, message, ("at",)))
    (definition,) = await load_definitions(operation, [scheme.id], operation.now, await operation.calendar())
    if definition is None:
        raise NotFound("scheme", SCHEME_PATH)
    return definition.content, early


async def _case(  # noqa: PLR0913, PLR0917 - the parts of a case
    operation: Operation, command: PreviewPoints, scheme: SchemeRow, ecp: EcpRow, content: SchemeContent, at: datetime
) -> _Case:
    variants = await operation.fetch(VARIANTS_BY_ID, ids=[command.variant_id])
    if not variants:
        message = "This variant does not exist."
        raise InvalidInput(Problem(UserErrorCode.NOT_FOUND, message, ("input", "variantId")))
    (variant,) = variants
    line = SaleLine(channel=command.channel, variant_id=variant.id, sku=variant.sku, quantity=command.quantity, at=at)
    reject_invalid([*line_problems(line), *_volume_problems(command.volume_so_far)])
    categories = await categories_at(operation, [(variant.product_id, at)])
    points = {value.variant_id: value.base_points for value in content.coupon_values}
    facts = LineFacts(
        channel=line.channel,
        variant_id=variant.id,
        product_id=variant.product_id,
        category_id=categories[variant.product_id, at],
        quantity=line.quantity,
        base_points=points.get(variant.id, 0),
        at=at,
    )
    earner, tier_id = await _load_earner(operation, scheme, ecp, content, at)
    calendar = await operation.calendar()
    return _Case(
        content=content, line=line, facts=facts, earner=earner, ecp_id=ecp.id, tier_id=tier_id, calendar=calendar
    )


async def _load_earner(
    operation: Operation, scheme: SchemeRow, ecp: EcpRow, content: SchemeContent, at: datetime
) -> tuple[Earner, UUID | None]:
    """Load the ECP at the time of the sale with its tier; without an enrollment in a draft, one is assumed."""
    moment = EarnerMoment(ecp.id, scheme.live_id, at if at < operation.now else None)
    (found,) = await earners_at(operation, [moment])
    is_assumed = scheme.approved_at is None and not found.enrollment.is_enrolled(at)
    (place, *_), names = found.geography_path, await names_of(operation, found.geography_path)
    enrollment = found.enrollment
    if is_assumed:
        enrollment = _assume_enrollment(enrollment, content, at, await operation.calendar())
    earner = Earner(
        code=ecp.code,
        status=found.status,
        registered_at=ecp.registered_at,
        geography_path=found.geography_path,
        place=names.geographies[place],
        enrollment=enrollment,
        is_assumed=is_assumed,
    )
    return earner, found.tier_id


def _assume_enrollment(known: EnrollmentAt, content: SchemeContent, at: datetime, calendar: Calendar) -> EnrollmentAt:
    """Assume the last day on which an ECP who sells at `at` can have enrolled; the day of the sale without dates.

    For a sale before enrollment opens it is the first day of enrollment, so that the sale earns nothing. An enrollment
    before that stays the first one.
    """
    opens, closes = content.basics.enrollment_opens_on, content.basics.enrollment_closes_on
    sold_on = calendar.day_of(at)
    assumed = calendar.start_of_day(max(min(closes or sold_on, sold_on), opens or sold_on))
    has_begun = assumed <= at
    return EnrollmentAt(
        enrolled_at=assumed if has_begun else None,
        returned_at=None if has_begun else assumed,
        first_enrolled_at=min(known.first_enrolled_at or assumed, assumed),
    )


async def _evaluate(operation: Operation, case: _Case, volume: int) -> Evaluation:
    rules = case.content.rules
    at = case.line.at
    ranks = (await tier_ranks_at(operation, [at]))[at]
    kinds = list(needed_activities(rules))
    done = []
    if kinds:
        done = await operation.fetch(ACTIVITIES_OF_ECP, ecp_id=case.ecp_id, kinds=kinds, at=case.line.at)
    groups = align_many(kinds, done, lambda pair: pair[0])
    first = case.earner.enrollment.first_enrolled_at
    facts = EarnerFacts(
        tier_id=case.tier_id,
        geography_path=case.earner.geography_path,
        enrolled_at=first,
        is_enrollment_assumed=case.earner.is_assumed and first == case.earner.assumed_at,
        volumes=dict.fromkeys(needed_volumes(rules), volume),
        activities={kind: [at for _, at in group] for kind, group in zip(kinds, groups, strict=True)},
    )
    return compile_rules(rules, ranks, case.calendar).evaluate(case.facts, facts)


def _volume_problems(volume: int) -> Iterable[Problem]:
    if not 0 <= volume <= MAX_SAFE_INT:
        message = f"The volume so far is out of range; enter a whole number from 0 to {MAX_SAFE_INT:,}."
        yield Problem(UserErrorCode.INVALID, message, ("volumeSoFar",))


def _assumptions(case: _Case, volume: int, now: datetime) -> Iterator[str]:
    """Write what the preview assumes and what it does not know, one sentence each."""
    earner, rules, at = case.earner, case.content.rules, case.line.at
    if earner.assumed_at is not None:
        was = "was not enrolled at that time" if at < now else "is not enrolled"
        assumed_on = format_day(case.calendar.day_of(earner.assumed_at))
        yield f"{earner.code} {was}, so the preview assumes enrollment on {assumed_on}."
    if at > now:
        kept = "status, tier and place" if earner.is_assumed else "status, tier, place and enrollment"
        more = ", and that it does no more activities" if needed_activities(rules) else ""
        yield f"The preview assumes that {earner.code} keeps the present {kept} until the sale{more}."
    if needed_volumes(rules):
        yield f"Where a rule asks for a volume, {format_number(volume)} is assumed to be sold or redeemed before."
    if any(rule.limits != RuleLimits() for rule in rules):
        yield "The limits of rules are assumed to be unused."
    if case.content.basics.budget is not None:
        yield "The budget of the scheme is not applied: the preview does not know how much of it is used."
