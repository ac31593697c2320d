"""When the steps of the demo coupons happened."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from graphql_api.demo.accounts.people import Person
from graphql_api.demo.artwork import steps as artwork_step
from graphql_api.demo.clock import DemoClock
from graphql_api.demo.consignments import steps as coupon_step
from graphql_api.demo.consignments.consignment_plan import ConsignmentPlan, CouponPlan
from graphql_api.demo.consignments.progress import ConsignmentProgress
from graphql_api.demo.schemes.progress import SchemeProgress
from graphql_api.demo.steps import Step

# Minutes between two steps of one day, drawn between these bounds.
_MINUTES_PER_STEP: Final = (8, 25)
# A designer uploads artwork after coupons are generated, and vendors review it one after the other.
_UPLOAD_LAG: Final = timedelta(minutes=40)
_REVIEW_LAG: Final = timedelta(minutes=1)


def coupon_steps(plans: Sequence[CouponPlan], schemes: Sequence[SchemeProgress], clock: DemoClock) -> Iterator[Step]:
    """Yield every step of coupons and consignments, one scheme after the other."""
    by_title = {progress.plan.title: progress for progress in schemes}
    for plan in plans:
        scheme = by_title[plan.scheme]
        generated = [clock.days_ago(days_ago) for days_ago in plan.generated]
        for at in generated:
            yield Step(at, Person.OPERATIONS, partial(coupon_step.generate, scheme))
        if plan.shortfall_closed is not None:
            at = clock.days_ago(plan.shortfall_closed)
            yield Step(at, Person.OPERATIONS, partial(coupon_step.close_shortfalls, scheme))
        yield from _artwork_steps(plan, scheme, clock, generated[0])
        for consignment in plan.consignments:
            yield from _consignment_steps(consignment, scheme, clock)


def _artwork_steps(
    plan: CouponPlan, scheme: SchemeProgress, clock: DemoClock, generated_at: datetime
) -> Iterator[Step]:
    """Yield what happens to the artwork of a scheme as a whole."""
    if plan.consignments:
        at = generated_at + _UPLOAD_LAG
        yield Step(at, Person.DESIGNER, partial(artwork_step.upload_first, scheme))
    if plan.artwork_revised is not None:
        yield Step(clock.days_ago(plan.artwork_revised), Person.DESIGNER, partial(artwork_step.upload_next, scheme))
    if plan.revision_asked is not None:
        days_ago, vendor = plan.revision_asked
        yield Step(clock.days_ago(days_ago), Person(vendor), partial(artwork_step.ask_for_revision, scheme))


def _consignment_steps(plan: ConsignmentPlan, scheme: SchemeProgress, clock: DemoClock) -> Iterator[Step]:
    progress = ConsignmentProgress(plan=plan, scheme=scheme)
    days_ago = plan.days_ago
    at = clock.days_ago(days_ago)
    yield Step(at, Person.OPERATIONS, partial(coupon_step.create, progress))
    for leg, vendor in enumerate(plan.chain if plan.reviewed else (), 1):
        yield Step(at + leg * _REVIEW_LAG, Person(vendor), partial(artwork_step.approve, scheme))
    for move in plan.moves:
        days_ago -= move.days
        at += timedelta(minutes=clock.random.randint(*_MINUTES_PER_STEP), seconds=clock.random.randrange(60))
        if move.days:
            at = clock.days_ago(days_ago)
        yield Step(at, progress.actor(move), partial(coupon_step.run_move, move, progress))
