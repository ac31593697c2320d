"""Whatever happens to an ECP, its facts at a moment are what was true then, and later actions never change them."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from itertools import count
from typing import Any, Final
from uuid import UUID

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import EnrollmentStatus
from domain.failures import Failure
from graphql_api.context import Environment
from resolvers.ecps.commands import EcpWithReason
from resolvers.ecps.suspend_ecp import suspend_ecp
from resolvers.ecps.update_ecp import UpdateEcp, update_ecp
from resolvers.ecps.verify_ecp import VerifyEcp, verify_ecp
from resolvers.enrollments.decide_enrollment import DecideEnrollment, decide_enrollment
from resolvers.enrollments.enroll import Enroll, enroll
from resolvers.enrollments.withdraw_enrollment import WithdrawEnrollment, withdraw_enrollment
from resolvers.points.earners import EarnerMoment, earners_at
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.world import World, key

NUMBERS = count(1)
DATES = (date(2026, 1, 1), date(2026, 12, 1), date(2026, 1, 1), date(2026, 12, 31))
PATHS: Final = {
    "Pune": ("Pune", "Maharashtra", "India"),
    "Mumbai": ("Mumbai", "Maharashtra", "India"),
    "Mysuru": ("Mysuru", "Karnataka", "India"),
}
INSIDE: Final = frozenset({"Pune", "Mumbai"})
ACTIONS = st.one_of(
    st.sampled_from(
        [
            ("enroll",),
            ("enroll",),
            ("be enrolled",),
            ("accept",),
            ("accept",),
            ("reject",),
            ("leave",),
            ("be withdrawn",),
        ]
    ),
    st.tuples(st.just("verify"), st.sampled_from(["Silver", "Gold"])),
    st.tuples(st.just("move"), st.sampled_from(sorted(PATHS))),
    st.just(("suspend",)),
)


LEAVING = [("enroll",), ("accept",), ("leave",), ("enroll",), ("be withdrawn",), ("enroll",), ("leave",), ("enroll",)]
CHANGING = [("be enrolled",), ("suspend",), ("verify", "Gold"), ("move", "Mysuru"), ("leave",), ("move", "Mumbai")]


class Model(Struct, frozen=True):
    """What is true of an ECP: the oracle. `left` says whether the ECP ended its last enrollment by itself."""

    status: EcpStatus = EcpStatus.PENDING
    tier: str | None = None
    place: str = "Pune"
    enrollment: EnrollmentStatus | None = None
    left: bool = False
    first: bool = False

    def after(self, action: str, value: str) -> "Model":
        """What is true after an action; the same where the action is not possible."""
        if action == "verify":
            return replace(self, status=EcpStatus.ACTIVE, tier=value)
        if action == "move":
            return replace(self, place=value)
        if action == "suspend":
            return replace(self, status=EcpStatus.SUSPENDED) if self.status is EcpStatus.ACTIVE else self
        return self._after_enrolling(action) if "enroll" in action or action == "accept" else self._after_ending(action)

    def _after_enrolling(self, action: str) -> "Model":
        if self.status is not EcpStatus.ACTIVE or self.place not in INSIDE:
            return self
        expected: dict[str, set[EnrollmentStatus | None]] = {
            "accept": {EnrollmentStatus.PENDING},
            "enroll": {None, EnrollmentStatus.WITHDRAWN},
            "be enrolled": {None, EnrollmentStatus.WITHDRAWN, EnrollmentStatus.REJECTED},
        }
        if self.enrollment not in expected[action]:
            return self
        if action == "enroll" and not self.left:
            return replace(self, enrollment=EnrollmentStatus.PENDING)
        return replace(self, enrollment=EnrollmentStatus.ENROLLED, left=False, first=True)

    def _after_ending(self, action: str) -> "Model":
        if action == "reject":
            is_open = self.enrollment is EnrollmentStatus.PENDING
            return replace(self, enrollment=EnrollmentStatus.REJECTED) if is_open else self
        if self.enrollment not in {EnrollmentStatus.PENDING, EnrollmentStatus.ENROLLED}:
            return self
        left = action == "leave" and self.enrollment is EnrollmentStatus.ENROLLED
        return replace(self, enrollment=EnrollmentStatus.WITHDRAWN, left=left)


class Facts(Struct, frozen=True):
    """The facts that value a sale."""

    status: EcpStatus | None
    tier_id: UUID | None
    path: tuple[UUID, ...]
    is_enrolled: bool
    had_enrolled: bool


def expected(model: Model) -> Facts:
    """The facts of the oracle."""
    return Facts(
        status=model.status,
        tier_id=None if model.tier is None else key(f"tier {model.tier}"),
        path=tuple(key(f"geography {name}") for name in PATHS[model.place]),
        is_enrolled=model.enrollment is EnrollmentStatus.ENROLLED,
        had_enrolled=model.first,
    )


class Story:
    """One ECP in one scheme, and what is done to it."""

    def __init__(
        self, enrollments: EnrollmentFactory, environment: Environment, *, scheme_id: UUID, ecp_id: UUID
    ) -> None:
        self._enrollments = enrollments
        self._environment = environment
        self._scheme_id = scheme_id
        self._ecp_id = ecp_id
        self._enrollment_id = UUID(int=0)

    async def do(self, action: str, value: str) -> bool:
        """Whether the action was possible."""
        (account_id,) = [one for one, ecp in self._enrollments.schemes.world.ecps.items() if ecp == self._ecp_id]
        own, manager = await self._enrollments.ecps.operation(account_id), self._enrollments.manager()
        given_id, ecp_id = self._enrollment_id, self._ecp_id
        doing: dict[str, Callable[[], Awaitable[UUID]]] = {
            "enroll": lambda: enroll(own, Enroll(self._scheme_id, 1, None)),
            "be enrolled": lambda: enroll(manager, Enroll(self._scheme_id, 1, ecp_id)),
            "accept": lambda: decide_enrollment(manager, DecideEnrollment(given_id, accept=True, reason=None)),
            "reject": lambda: decide_enrollment(manager, DecideEnrollment(given_id, accept=False, reason="No!")),
            "leave": lambda: withdraw_enrollment(own, WithdrawEnrollment(given_id)),
            "be withdrawn": lambda: withdraw_enrollment(manager, WithdrawEnrollment(given_id)),
            "verify": lambda: verify_ecp(manager, VerifyEcp(ecp_id, key(f"tier {value}"))),
            "move": lambda: update_ecp(manager, UpdateEcp(ecp_id, geography_id=key(f"geography {value}"))),
            "suspend": lambda: suspend_ecp(manager, EcpWithReason(ecp_id, "Under review.")),
        }
        try:
            found = await doing[action]()
        except Failure:
            return False
        finally:
            await own.close()
            await manager.close()
        if "enroll" in action:
            self._enrollment_id = found
        return True

    async def facts(self, moments: list[datetime | None]) -> list[Facts]:
        """The facts at each moment, read at once."""
        reading = self._environment.database.reading()
        try:
            found = await earners_at(reading, [EarnerMoment(self._ecp_id, self._scheme_id, at) for at in moments])
        finally:
            await reading.close()
        latest = datetime.max.replace(tzinfo=self._environment.clock().tzinfo)
        return [
            Facts(
                status=one.status,
                tier_id=one.tier_id,
                path=one.geography_path,
                is_enrolled=one.enrollment.is_enrolled(at or latest),
                had_enrolled=one.enrollment.first_enrolled_at is not None
                and one.enrollment.first_enrolled_at <= (at or latest),
            )
            for at, one in zip(moments, found, strict=True)
        ]


@example(steps=[(step, 9) for step in LEAVING])
@example(steps=[(step, 9) for step in CHANGING])
@given(steps=st.lists(st.tuples(ACTIONS, st.integers(1, 100)), min_size=1, max_size=14))
@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_facts_are_those_of_their_moment(
    steps: list[tuple[tuple[str, ...], int]],
    enrollments: EnrollmentFactory,
    environment: Environment,
    clock: TestClock,
    world: World,
) -> None:
    """R21, N6: at every moment, against a model; and each is the same after everything that follows."""
    name = f"Person {next(NUMBERS)}"
    scheme_id = await enrollments.open_scheme(name, dates=DATES)
    ecp_id = await enrollments.ecps.registered(name)
    story = Story(enrollments, environment, scheme_id=scheme_id, ecp_id=ecp_id)
    del world
    model, known = Model(), dict[datetime, Facts]()
    # Most actions need an active ECP, so each story begins with one.
    for (action, *values), minutes in [(("verify", "Silver"), 1), *steps]:
        clock.advance(minutes=minutes)
        before, after = model, model.after(action, "".join(values))
        known[clock.now] = expected(before)
        is_done = await story.do(action, "".join(values))
        assert is_done or before == after, (action, before)
        model = after
        known[clock.now] = expected(model)
        moments: list[Any] = [*known, None]
        assert await story.facts(moments) == [*known.values(), expected(model)]
