"""Who takes part in which scheme of the demo data, and what became of it, in days before loading.

All of it is drawn with a fixed seed, so it is the same whenever the data is loaded.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from domain.enrollments.facts import EnrollmentStatus
from graphql_api.demo.clock import RECENT_DAYS
from graphql_api.demo.members import MemberPlan
from graphql_api.demo.people import Person
from graphql_api.demo.plan import SchemePlan

# How many take part in a scheme: one in so many of those who could, and not more than this.
_ONE_IN: Final = 4
_MOST: Final = 85
# So many on the first day, and one more for each day that enrollment is open.
_FEWEST: Final = 12

# What became of requests, in percent: of old ones, and of those of the last days.
_OUTCOMES: Final = (
    EnrollmentStatus.ENROLLED,
    EnrollmentStatus.REJECTED,
    EnrollmentStatus.WITHDRAWN,
    EnrollmentStatus.PENDING,
)
_WHEN_OLD: Final = (84, 7, 6, 3)
_WHEN_RECENT: Final = (36, 8, 6, 50)
_PERCENT_BY_MANAGERS: Final = 12

_REJECTIONS: Final = (
    "The practice does not sell the products of this scheme.",
    "Another account of the same practice takes part already.",
    "We could not reach you at the telephone number that you gave.",
    "The scheme is for practices that are open all week.",
)


class EnrollmentPlan(Struct, frozen=True, kw_only=True):
    """An ECP in a scheme: asked for by the ECP, or by the manager, who decides about it at the same time."""

    scheme: str
    member: MemberPlan
    manager: Person
    requested: int
    status: EnrollmentStatus
    by_manager: bool = False
    decided: int | None = None
    withdrawn: int | None = None
    reason: str | None = None

    @property
    def is_recent(self) -> bool:
        """Whether the stream of events still tells of it."""
        return self.requested <= RECENT_DAYS


def plan_enrollments(members: Sequence[MemberPlan], schemes: Sequence[SchemePlan]) -> tuple[EnrollmentPlan, ...]:
    """Everybody's enrollments, those of the first member first: it is the one whose token `tessera serve` prints."""
    chance = random.Random("enrollments")  # noqa: S311 - the same every time, on purpose
    tara, *others = members
    approved = [plan for plan in schemes if plan.approved_days_ago is not None]
    drawn = [found for plan in approved for found in _of_scheme(chance, plan, others)]
    return (*_of_tara(tara, {plan.title: plan.manager for plan in approved}), *drawn)


def _of_tara(tara: MemberPlan, managers: dict[str, Person]) -> Iterator[EnrollmentPlan]:
    """One of each kind."""
    for title, requested, status, decided, withdrawn in (
        ("Everyday Optician Points", 120, EnrollmentStatus.ENROLLED, 119, None),
        ("Everyday Studio Points", 101, EnrollmentStatus.WITHDRAWN, 100, 84),
        ("Southern Synthetic Push", 64, EnrollmentStatus.REJECTED, 63, None),
        ("Contact Lens Starter Practices", 4, EnrollmentStatus.PENDING, None, None),
    ):
        rejected = status is EnrollmentStatus.REJECTED
        yield EnrollmentPlan(
            scheme=title,
            member=tara,
            manager=managers[title],
            requested=requested,
            status=status,
            decided=decided,
            withdrawn=withdrawn,
            reason="The scheme is for workshops; those for opticians are open to you." if rejected else None,
        )


def _of_scheme(chance: random.Random, plan: SchemePlan, members: Sequence[MemberPlan]) -> Iterator[EnrollmentPlan]:
    first, last = min((plan.approved_days_ago or 0) - 1, -plan.days.opens), max(1, -plan.days.closes)
    could = [member for member in members if _fits(plan, member, last)]
    number = min(len(could) // _ONE_IN, _MOST, _FEWEST + max(first - last, 0)) if first >= last else 0
    for member in chance.sample(could, number):
        latest = min(first, (member.verified or 0) - 1)
        # Most ask soon after enrollment has opened.
        requested = max(chance.randint(last, latest), chance.randint(last, latest))
        yield _drawn(chance, plan, member, requested)


def _fits(plan: SchemePlan, member: MemberPlan, last: int) -> bool:
    """Whether this ECP is of the line and a place of the scheme, and was verified before enrollment closed."""
    here = any(member.place == place or member.place.startswith(f"{place}-") for place in plan.places)
    in_time = member.verified is not None and member.verified > last
    stays = member.suspended is None and member.erased is None
    return here and in_time and stays and member.line is plan.line


def _drawn(chance: random.Random, plan: SchemePlan, member: MemberPlan, requested: int) -> EnrollmentPlan:
    status = _outcome(chance, plan, requested)
    soon = max(1, requested - chance.randint(1, 2))
    decided: int | None = soon
    withdrawn, by_manager = None, False
    if status is EnrollmentStatus.PENDING:
        decided = None
    elif status is EnrollmentStatus.WITHDRAWN:
        withdrawn = chance.randint(1 if requested <= RECENT_DAYS else RECENT_DAYS - 1, requested - 1)
        # Who withdraws before anybody has decided takes the request back.
        decided = soon if soon > withdrawn else None
    elif status is EnrollmentStatus.ENROLLED and chance.randrange(100) < _PERCENT_BY_MANAGERS:
        decided, by_manager = requested, True
    return EnrollmentPlan(
        scheme=plan.title,
        member=member,
        manager=plan.manager,
        requested=requested,
        status=status,
        by_manager=by_manager,
        decided=decided,
        withdrawn=withdrawn,
        reason=chance.choice(_REJECTIONS) if status is EnrollmentStatus.REJECTED else None,
    )


def _outcome(chance: random.Random, plan: SchemePlan, requested: int) -> EnrollmentStatus:
    """What became of a request; nobody has had time for one of yesterday, and none waits for a scheme that is over."""
    (status,) = chance.choices(_OUTCOMES, _WHEN_RECENT if requested <= RECENT_DAYS else _WHEN_OLD)
    if requested == 1:
        return EnrollmentStatus.PENDING
    over = status is EnrollmentStatus.PENDING and plan.days.ends < 0
    return EnrollmentStatus.ENROLLED if over else status
