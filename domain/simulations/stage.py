"""What all lines of a simulation share: its content, compiled, and what is true of ECPs and products over time (N7)."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.calendar import BEGINNING
from domain.channels import EarningChannel
from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import EnrollmentAt
from domain.points.obstacles import earner_obstacles, period_obstacles
from domain.points.revision_plan import ApprovedRevision, RevisionPlan, SchemePlan, TierRanks
from domain.points.running_state import AccountState, RunningState, month_and_week
from domain.points.valuation_facts import EarnerContext
from domain.rules.evaluation import CompiledRules
from domain.rules.facts import EarnerFacts
from domain.schemes.content import SchemeContent
from domain.simulations.records import EarnerSpan, microseconds_of, moment_of
from domain.time_zones import find_calendar

_SALE: Final = EarningChannel.SALE
_COUPON: Final = EarningChannel.COUPON
# Clocks change on quarters of an hour, so all moments of one have the same month and week.
_QUARTER: Final = 15 * 60 * 1_000_000
_NO_CATEGORY: Final = UUID(int=0)


class Setup(Struct, frozen=True):
    """What a simulation is about.

    `variants` gives the number of each variant, `products` their products, and `categories` the categories of these
    over time, empty where no clause asks. `ranks` are those of tiers over time. `live_rules` are the rules of the
    approved revisions, by number. A draft assumes that every ECP enrolled at one moment.
    """

    content: bytes
    zone: str
    currency: str
    is_draft: bool
    enrolled_at: int
    variants: tuple[UUID, ...]
    products: tuple[UUID, ...]
    categories: tuple[tuple[tuple[int, UUID], ...], ...]
    ranks: tuple[tuple[int, UUID, int], ...]
    live_rules: tuple[tuple[int, tuple[UUID, ...]], ...]


class Span:
    """What is true of an ECP from a moment on."""

    __slots__ = ("_facts", "_state", "context", "enrollment", "row", "signature")

    def __init__(self, row: EarnerSpan, enrollment: EnrollmentAt, activities: Mapping[str, list[object]]) -> None:
        self.row = row
        self.enrollment = enrollment
        self.context = EarnerContext(
            tier_id=row.tier_id,
            geography_path=row.path,
            enrolled_at=enrollment.first_enrolled_at,
            activities=activities,  # type: ignore[arg-type] # of moments
        )
        # Spans with the same number have the same tier, place, and obstacles; None before the first line.
        self.signature: int | None = None
        self._state: RunningState | None = None
        self._facts: EarnerFacts | None = None

    def facts(self, state: RunningState) -> EarnerFacts:
        """The facts that rules read, with the volumes of a state."""
        if self._facts is None or self._state is not state:
            context, self._state = self.context, state
            self._facts = EarnerFacts(
                tier_id=context.tier_id,
                geography_path=context.geography_path,
                enrolled_at=context.enrolled_at,
                volumes=state.amounts,
                activities=context.activities,
            )
        return self._facts


class Earner:
    """An ECP: its spans over time."""

    __slots__ = ("since", "spans")

    def __init__(self) -> None:
        self.since: list[int] = []
        self.spans: list[Span] = []

    def at(self, moment: int) -> Span:
        """What was true at a moment."""
        if len(self.spans) == 1:
            return self.spans[0]
        return self.spans[max(bisect_right(self.since, moment) - 1, 0)]


class Stage:
    """The content that is tried, compiled, with what its lines need."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.calendar = find_calendar(setup.zone)
        content = msgspec.json.decode(setup.content, type=SchemeContent)
        approved = ApprovedRevision(number=1, effective_at=BEGINNING, content=content)
        self.plan = SchemePlan([approved], self.calendar)
        self.revision: RevisionPlan = self.plan.revisions[0]
        self.limits = self.revision.limits_in_total
        self.is_stateful = bool(self.plan.volumes or self.plan.usages)
        self._periods: dict[int, tuple[int, int]] = {}
        self._rank_times = sorted({at for at, _, _ in setup.ranks})
        self._ranks = _ranks_over_time(setup.ranks, self._rank_times)
        self._category_times = [[at for at, _ in versions] for versions in setup.categories]
        self._signatures: dict[tuple[UUID | None, tuple[UUID, ...], tuple[int, ...]], int] = {}
        self._obstacles: list[tuple[int, ...]] = []
        bounds = (self.revision.starts_at, self.revision.ends_at, self.revision.coupons_end_at)
        times = {microseconds_of(at) for at in bounds} | set(self._rank_times)
        self._segments = sorted(times.union(*self._category_times))

    def begin(self, kept: AccountState | None = None) -> RunningState:
        """The state of an ECP before its first line, or one that was kept."""
        return RunningState(self.plan, self.setup.currency, kept)

    def read_earners(
        self, rows: Sequence[EarnerSpan], activities: Sequence[tuple[int, str, object]]
    ) -> dict[int, Earner]:
        """The earners of a piece, whose spans come in the order of time."""
        done: dict[int, dict[str, list[object]]] = {}
        for ecp, kind, at in activities:
            done.setdefault(ecp, {}).setdefault(kind, []).append(at)
        earners: dict[int, Earner] = {}
        for row in rows:
            earner = earners.setdefault(row.ecp, Earner())
            earner.since.append(row.since)
            earner.spans.append(Span(row, self._enrollment(row), done.get(row.ecp, {})))
        return earners

    def periods(self, moment: int) -> tuple[int, int]:
        """The numbers of the month and the week of a moment."""
        quarter = moment // _QUARTER
        found = self._periods.get(quarter)
        if found is None:
            found = self._periods[quarter] = month_and_week(moment_of(moment).astimezone(self.calendar.zone))
        return found

    def segment(self, moment: int) -> int:
        """The number of the stretch of time in which ranks, categories, and the scheme are as at a moment."""
        return bisect_right(self._segments, moment)

    def sign(self, span: Span, moment: int) -> int:
        """The number of what is true of an ECP from a span on, at the moment of a line in it."""
        found = (span.row.tier_id, span.row.path, self.earner_obstacles(span, moment))
        number = self._signatures.setdefault(found, len(self._obstacles))
        if number == len(self._obstacles):
            self._obstacles.append(found[2])
        span.signature = number
        return number

    def obstacles(self, signature: int, moment: int, *, is_coupon: bool) -> tuple[int, ...]:
        """Why lines earn nothing."""
        return (*self._obstacles[signature], *self.period_obstacles(moment, is_coupon=is_coupon))

    def earner_obstacles(self, span: Span, moment: int) -> tuple[int, ...]:
        """Why an ECP earns nothing at a moment."""
        status = None if span.row.status is None else EcpStatus(span.row.status)
        places, at = self.revision.geography_ids, moment_of(moment)
        return tuple(one.value for one in earner_obstacles(status, span.row.path, span.enrollment, places, at))

    def period_obstacles(self, moment: int, *, is_coupon: bool) -> tuple[int, ...]:
        """Why nothing is earned at a moment."""
        ends = self.revision.end_of(_COUPON if is_coupon else _SALE)
        return tuple(one.value for one in period_obstacles(moment_of(moment), self.revision.starts_at, ends))

    def category_at(self, variant: int, moment: int) -> UUID:
        """The category of a variant at a moment; none where no clause asks."""
        versions = self.setup.categories[variant]
        if not versions:
            return _NO_CATEGORY
        return versions[max(bisect_right(self._category_times[variant], moment) - 1, 0)][1]

    def compiled_at(self, moment: int) -> CompiledRules:
        """The rules with the ranks of tiers at a moment."""
        index = bisect_right(self._rank_times, moment) - 1
        return self.revision.compiled(self._ranks[index] if index >= 0 else ())

    def _enrollment(self, row: EarnerSpan) -> EnrollmentAt:
        if self.setup.is_draft:
            assumed = moment_of(self.setup.enrolled_at)
            return EnrollmentAt(enrolled_at=assumed, first_enrolled_at=assumed)
        return EnrollmentAt(
            enrolled_at=row.enrolled_at,
            withdrawn_at=row.withdrawn_at,
            returned_at=row.returned_at,
            first_enrolled_at=row.first_enrolled_at,
        )


def _ranks_over_time(versions: Sequence[tuple[int, UUID, int]], times: Sequence[int]) -> list[TierRanks]:
    known: dict[UUID, int] = {}
    found: list[TierRanks] = []
    for time in times:
        known.update({tier: rank for at, tier, rank in versions if at == time})
        found.append(tuple(sorted(known.items())))
    return found
