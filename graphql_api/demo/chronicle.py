"""When what happened to ECPs happened: what is long past a week at a time, the rest one by one."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import Final

from graphql_api.demo import ecp_acts, enrollment_acts
from graphql_api.demo.clock import RECENT_DAYS, DemoClock
from graphql_api.demo.community import Community
from graphql_api.demo.doings import plan_doings
from graphql_api.demo.joining import EnrollmentPlan, plan_enrollments
from graphql_api.demo.members import FIRST_DAY, MemberPlan, plan_members
from graphql_api.demo.people import Person
from graphql_api.demo.telling import Event, Telling
from graphql_api.demo.waves import Wave, store_wave

# From the invitation of somebody to the registration.
_INVITED_BEFORE: Final = timedelta(minutes=25)
# Who verifies, by turns.
_VERIFIERS: Final = (Person.MANAGER, Person.SECOND_MANAGER)


def ecp_events(tellings: Sequence[Telling], clock: DemoClock) -> Iterator[Event]:
    """Everything that ECPs did and that was done about them."""
    community = Community({telling.plan.title: telling for telling in tellings})
    members = plan_members()
    enrollments = plan_enrollments(members, [telling.plan for telling in tellings])
    yield from _waves(members, enrollments, community, clock)
    for number, member in enumerate(members):
        yield from _of_member(member, _VERIFIERS[number % len(_VERIFIERS)], community, clock)
    for enrollment in enrollments:
        if enrollment.is_recent:
            yield from _of_enrollment(enrollment, community, clock)
    doings = sorted(plan_doings(members), key=lambda doing: -doing.reported)
    for reported, group in groupby(doings, key=lambda doing: doing.reported):
        do = partial(ecp_acts.report, list(group), community)
        yield Event(clock.days_ago(reported), Person.CONNECTOR, do)


def _waves(
    members: Sequence[MemberPlan], enrollments: Sequence[EnrollmentPlan], community: Community, clock: DemoClock
) -> Iterator[Event]:
    """Each week is stored when it is over."""
    for first in range(FIRST_DAY, RECENT_DAYS, -7):
        last = max(first - 6, RECENT_DAYS + 1)
        days = range(last, first + 1)
        wave = Wave(
            [plan for plan in members if plan.registered in days],
            [plan for plan in enrollments if plan.requested in days],
        )
        yield Event(clock.beginning(last - 1), Person.ADMIN, partial(store_wave, wave, community))


def _of_member(plan: MemberPlan, verifier: Person, community: Community, clock: DemoClock) -> Iterator[Event]:
    """The registration of somebody new, and what was done later to anybody."""
    if plan.registered <= RECENT_DAYS:
        at = clock.days_ago(plan.registered)
        yield Event(at - _INVITED_BEFORE, Person.ADMIN, partial(ecp_acts.invite, plan, community))
        yield Event(at, Person.ADMIN, partial(ecp_acts.register, plan, community))
        if plan.verified is not None:
            do = partial(ecp_acts.verify, plan, community)
            yield Event(clock.days_ago(plan.verified), verifier, do)
    if plan.suspended is not None:
        yield Event(clock.days_ago(plan.suspended), verifier, partial(ecp_acts.suspend, plan, community))
    if plan.erased is not None:
        yield Event(clock.days_ago(plan.erased), Person.ADMIN, partial(ecp_acts.erase, plan, community))


def _of_enrollment(plan: EnrollmentPlan, community: Community, clock: DemoClock) -> Iterator[Event]:
    yield Event(clock.days_ago(plan.requested), plan.manager, partial(enrollment_acts.ask_to_enroll, plan, community))
    if plan.decided is not None and not plan.by_manager:
        yield Event(clock.days_ago(plan.decided), plan.manager, partial(enrollment_acts.decide, plan, community))
    if plan.withdrawn is not None:
        yield Event(clock.days_ago(plan.withdrawn), plan.manager, partial(enrollment_acts.withdraw, plan, community))
