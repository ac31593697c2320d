"""When the steps of ECPs happened: old registrations and enrollments by week, the rest one by one."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import Final

from graphql_api.demo.accounts.people import Person
from graphql_api.demo.bulk_load import Week, load_week
from graphql_api.demo.clock import RECENT_DAYS, DemoClock
from graphql_api.demo.ecps import steps as ecp_step
from graphql_api.demo.ecps.activity_plan import plan_activities
from graphql_api.demo.ecps.directory import Directory
from graphql_api.demo.ecps.ecp_plan import FIRST_DAY, EcpPlan, plan_ecps
from graphql_api.demo.enrollments import steps as enrollment_step
from graphql_api.demo.enrollments.enrollment_plan import EnrollmentPlan, plan_enrollments
from graphql_api.demo.enrollments.requests import EnrollmentRequests
from graphql_api.demo.schemes.progress import SchemeProgress
from graphql_api.demo.steps import Step

# The time from an invitation to the registration.
_INVITATION_LEAD: Final = timedelta(minutes=25)
# The people who verify ECPs, in turns.
_VERIFIERS: Final = (Person.MANAGER, Person.SECOND_MANAGER)


def ecp_steps(schemes: Sequence[SchemeProgress], clock: DemoClock) -> Iterator[Step]:
    """Yield every step of ECPs: registrations, enrollments, and activities."""
    directory = Directory()
    requests = EnrollmentRequests({progress.plan.title: progress for progress in schemes}, directory)
    ecps = plan_ecps()
    enrollments = plan_enrollments(ecps, [progress.plan for progress in schemes])
    yield from _weeks(ecps, enrollments, requests, clock)
    for number, ecp in enumerate(ecps):
        yield from _ecp_steps(ecp, _VERIFIERS[number % len(_VERIFIERS)], directory, clock)
    for enrollment in enrollments:
        if enrollment.is_recent:
            yield from _enrollment_steps(enrollment, requests, clock)
    activities = sorted(plan_activities(ecps), key=lambda planned: -planned.reported)
    for reported, group in groupby(activities, key=lambda planned: planned.reported):
        run = partial(ecp_step.record, list(group), directory)
        yield Step(clock.days_ago(reported), Person.CONNECTOR, run)


def _weeks(
    ecps: Sequence[EcpPlan], enrollments: Sequence[EnrollmentPlan], requests: EnrollmentRequests, clock: DemoClock
) -> Iterator[Step]:
    """Yield one step per week, at its end, that stores what happened in it."""
    for first in range(FIRST_DAY, RECENT_DAYS, -7):
        last = max(first - 6, RECENT_DAYS + 1)
        days = range(last, first + 1)
        week = Week(
            [plan for plan in ecps if plan.registered in days],
            [plan for plan in enrollments if plan.requested in days],
        )
        yield Step(clock.start_of_day(last - 1), Person.ADMIN, partial(load_week, week, requests))


def _ecp_steps(plan: EcpPlan, verifier: Person, directory: Directory, clock: DemoClock) -> Iterator[Step]:
    """Yield the registration of a recent ECP, and later decisions about any ECP."""
    if plan.registered <= RECENT_DAYS:
        at = clock.days_ago(plan.registered)
        yield Step(at - _INVITATION_LEAD, Person.ADMIN, partial(ecp_step.invite, plan, directory))
        yield Step(at, Person.ADMIN, partial(ecp_step.register, plan, directory))
        if plan.verified is not None:
            run = partial(ecp_step.verify, plan, directory)
            yield Step(clock.days_ago(plan.verified), verifier, run)
    if plan.suspended is not None:
        yield Step(clock.days_ago(plan.suspended), verifier, partial(ecp_step.suspend, plan, directory))
    if plan.erased is not None:
        yield Step(clock.days_ago(plan.erased), Person.ADMIN, partial(ecp_step.erase, plan, directory))


def _enrollment_steps(plan: EnrollmentPlan, requests: EnrollmentRequests, clock: DemoClock) -> Iterator[Step]:
    yield Step(
        clock.days_ago(plan.requested), plan.manager, partial(enrollment_step.request_enrollment, plan, requests)
    )
    if plan.decided is not None and not plan.by_manager:
        yield Step(clock.days_ago(plan.decided), plan.manager, partial(enrollment_step.decide, plan, requests))
    if plan.withdrawn is not None:
        yield Step(clock.days_ago(plan.withdrawn), plan.manager, partial(enrollment_step.withdraw, plan, requests))
