"""Plans of the demo enrollments: requests, decisions, and withdrawals, in days before loading.

All of it is drawn with a fixed seed, so every load gives the same enrollments.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from domain.enrollments.facts import EnrollmentStatus
from graphql_api.demo.accounts.people import Person
from graphql_api.demo.clock import RECENT_DAYS
from graphql_api.demo.ecps.ecp_plan import EcpPlan
from graphql_api.demo.schemes.scheme_plan import SchemePlan

# Enrollments per scheme: one in so many eligible ECPs, with an upper limit.
_ONE_IN_ECPS: Final = 4
_MAX_PER_SCHEME: Final = 85
# The limit on the first day; it rises by one for each day that enrollment is open.
_FIRST_DAY_LIMIT: Final = 12

# Outcomes of requests, and their shares in percent: of old requests and of recent ones.
_OUTCOMES: Final = (
    EnrollmentStatus.ENROLLED,
    EnrollmentStatus.REJECTED,
    EnrollmentStatus.WITHDRAWN,
    EnrollmentStatus.PENDING,
)
_OLD_PERCENT: Final = (84, 7, 6, 3)
_RECENT_PERCENT: Final = (36, 8, 6, 50)
_BY_MANAGERS_PERCENT: Final = 12

_REJECTIONS: Final = (
    "The practice does not sell the products of this scheme.",
    "Another account of the same practice takes part already.",
    "We could not reach you at the telephone number that you gave.",
    "The scheme is for practices that are open all week.",
)


class EnrollmentPlan(Struct, frozen=True, kw_only=True):
    """The enrollment of an ECP in a scheme: requested by the ECP, or made by the manager and accepted at once."""

    scheme: str
    ecp: EcpPlan
    manager: Person
    requested: int
    status: EnrollmentStatus
    by_manager: bool = False
    decided: int | None = None
    withdrawn: int | None = None
    reason: str | None = None

    @property
    def is_recent(self) -> bool:
        """Whether the event stream still contains the request."""
        return self.requested <= RECENT_DAYS


def plan_enrollments(ecps: Sequence[EcpPlan], schemes: Sequence[SchemePlan]) -> tuple[EnrollmentPlan, ...]:
    """Return all enrollments. Those of the first ECP, Tara, come first: `tessera serve` prints her token."""
    chance = random.Random("enrollments")  # noqa: S311 - the same every time, on purpose
    tara, *others = ecps
    approved = [plan for plan in schemes if plan.approved_days_ago is not None]
    drawn = [found for plan in approved for found in _draw_scheme(chance, plan, others)]
    return (*_plan_tara(tara, {plan.title: plan.manager for plan in approved}), *drawn)


def _plan_tara(tara: EcpPlan, managers: dict[str, Person]) -> Iterator[EnrollmentPlan]:
    """Yield one enrollment of each status."""
    for title, requested, status, decided, withdrawn in (
        ("Everyday Optician Points", 120, EnrollmentStatus.ENROLLED, 119, None),
        ("Everyday Studio Points", 101, EnrollmentStatus.WITHDRAWN, 100, 84),
        ("Southern Synthetic Push", 64, EnrollmentStatus.REJECTED, 63, None),
        ("Contact Lens Starter Practices", 4, EnrollmentStatus.PENDING, None, None),
    ):
        rejected = status is EnrollmentStatus.REJECTED
        yield EnrollmentPlan(
            scheme=title,
            ecp=tara,
            manager=managers[title],
            requested=requested,
            status=status,
            decided=decided,
            withdrawn=withdrawn,
            reason="The scheme is for workshops; those for opticians are open to you." if rejected else None,
        )


def _draw_scheme(chance: random.Random, plan: SchemePlan, ecps: Sequence[EcpPlan]) -> Iterator[EnrollmentPlan]:
    first, last = min((plan.approved_days_ago or 0) - 1, -plan.days.opens), max(1, -plan.days.closes)
    eligible = [ecp for ecp in ecps if _is_eligible(plan, ecp, last)]
    number = (
        min(len(eligible) // _ONE_IN_ECPS, _MAX_PER_SCHEME, _FIRST_DAY_LIMIT + max(first - last, 0))
        if first >= last
        else 0
    )
    for ecp in chance.sample(eligible, number):
        latest = min(first, (ecp.verified or 0) - 1)
        # Most requests come soon after enrollment opens.
        requested = max(chance.randint(last, latest), chance.randint(last, latest))
        yield _draw_enrollment(chance, plan, ecp, requested)


def _is_eligible(plan: SchemePlan, ecp: EcpPlan, last: int) -> bool:
    """Whether the ECP is in the line and a place of the scheme, and was verified before enrollment closed."""
    here = any(ecp.place == place or ecp.place.startswith(f"{place}-") for place in plan.places)
    in_time = ecp.verified is not None and ecp.verified > last
    stays = ecp.suspended is None and ecp.erased is None
    return here and in_time and stays and ecp.line is plan.line


def _draw_enrollment(chance: random.Random, plan: SchemePlan, ecp: EcpPlan, requested: int) -> EnrollmentPlan:
    status = _draw_outcome(chance, plan, requested)
    soon = max(1, requested - chance.randint(1, 2))
    decided: int | None = soon
    withdrawn, by_manager = None, False
    if status is EnrollmentStatus.PENDING:
        decided = None
    elif status is EnrollmentStatus.WITHDRAWN:
        withdrawn = chance.randint(1 if requested <= RECENT_DAYS else RECENT_DAYS - 1, requested - 1)
        # An ECP who withdraws before the decision cancels the request.
        decided = soon if soon > withdrawn else None
    elif status is EnrollmentStatus.ENROLLED and chance.randrange(100) < _BY_MANAGERS_PERCENT:
        decided, by_manager = requested, True
    return EnrollmentPlan(
        scheme=plan.title,
        ecp=ecp,
        manager=plan.manager,
        requested=requested,
        status=status,
        by_manager=by_manager,
        decided=decided,
        withdrawn=withdrawn,
        reason=chance.choice(_REJECTIONS) if status is EnrollmentStatus.REJECTED else None,
    )


def _draw_outcome(chance: random.Random, plan: SchemePlan, requested: int) -> EnrollmentStatus:
    """Draw the outcome of a request. Requests of yesterday are pending; none is pending in a scheme that has ended."""
    (status,) = chance.choices(_OUTCOMES, _RECENT_PERCENT if requested <= RECENT_DAYS else _OLD_PERCENT)
    if requested == 1:
        return EnrollmentStatus.PENDING
    over = status is EnrollmentStatus.PENDING and plan.days.ends < 0
    return EnrollmentStatus.ENROLLED if over else status
