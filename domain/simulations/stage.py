"""What all lines of a simulation share, and the lines as the fold of the ledger takes them (N7)."""

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
from domain.points.fold import FoldLine, FreshFacts, KnownValue
from domain.points.lines import SalePlace
from domain.points.obstacles import earner_obstacles, period_obstacles
from domain.points.revision_plan import ApprovedRevision, RevisionPlan, SchemePlan, TierRanks
from domain.points.running_state import month_and_week
from domain.points.valuation_facts import EarnerContext, earner_facts
from domain.rules.evaluation import CompiledRules
from domain.schemes.content import SchemeContent
from domain.simulations.records import EarnerSpan, LineRecord, microseconds_of, moment_of
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
    """What is true of an ECP from a moment on, with the facts of lines as far as they were built."""

    __slots__ = ("context", "enrollment", "facts", "row")

    def __init__(self, row: EarnerSpan, enrollment: EnrollmentAt, activities: Mapping[str, list[object]]) -> None:
        self.row = row
        self.enrollment = enrollment
        self.context = EarnerContext(
            tier_id=row.tier_id,
            geography_path=row.path,
            enrolled_at=enrollment.first_enrolled_at,
            activities=activities,  # type: ignore[arg-type] # of moments
        )
        self.facts: dict[int, FreshFacts] = {}


class Earner:
    """An ECP: its spans over time."""

    __slots__ = ("since", "spans")

    def __init__(self) -> None:
        self.since: list[int] = []
        self.spans: list[Span] = []

    def at(self, moment: int) -> Span:
        """What was true at a moment."""
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
        # Whether the facts of a line depend on the span of its ECP and on its variant only.
        self._is_static = not self.revision.activities and all(len(one) <= 1 for one in setup.categories)
        self._masks, self._coupon_masks = (
            [self.plan.mask_of(channel, key) if self.plan.volumes else 0 for key in setup.variants]
            for channel in (_SALE, _COUPON)
        )
        self._periods: dict[int, tuple[int, int]] = {}
        self._rank_times = sorted({at for at, _, _ in setup.ranks})
        self._ranks = _ranks_over_time(setup.ranks, self._rank_times)
        self._compiled: dict[int, CompiledRules] = {}
        self._category_times = [[at for at, _ in versions] for versions in setup.categories]
        self._starts, self._ends = microseconds_of(self.revision.starts_at), microseconds_of(self.revision.ends_at)
        self._coupons_end = microseconds_of(self.revision.coupons_end_at)

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

    def lines_of(
        self, earner: Earner, records: Sequence[LineRecord], known: Sequence[KnownValue | None] | None = None
    ) -> list[FoldLine]:
        """The lines of a sale as they count; places need only tell sales of an ECP apart, which come in order."""
        if not records:
            return []
        moment, is_coupon = records[0].sold_at, bool(records[0].is_coupon)
        span = earner.at(moment)
        ends = self._coupons_end if is_coupon else self._ends
        outside = () if self._starts <= moment < ends else self._outside(moment, is_coupon=is_coupon)
        place = SalePlace(moment_of(moment), "", "")
        month, week = self.periods(moment) if self.plan.needs_periods else (0, 0)
        channel, masks = (_COUPON, self._coupon_masks) if is_coupon else (_SALE, self._masks)
        compiled, variants = self._compiled_at(moment), self.setup.variants
        return [
            FoldLine(
                place=place,
                number=sale,
                position=position,
                channel=channel,
                variant_id=variants[variant],
                quantity=quantity,
                mask=masks[variant] if quantity else 0,
                value=price * quantity,
                month=month,
                week=week,
                revision=self.revision,
                compiled=compiled,
                known=None if known is None else known[at],
                fresh=self._fresh_facts(span, moment, variant, outside),
            )
            for at, (_, _, sale, _, _, position, variant, quantity, price, _) in enumerate(records)
        ]

    def _fresh_facts(self, span: Span, moment: int, variant: int, outside: tuple[int, ...]) -> FreshFacts:
        if self._is_static and not outside:
            found = span.facts.get(variant)
            if found is None:
                found = span.facts[variant] = self._build_facts(span, moment, variant, outside)
            return found
        return self._build_facts(span, moment, variant, outside)

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

    def _outside(self, moment: int, *, is_coupon: bool) -> tuple[int, ...]:
        ends = self.revision.end_of(_COUPON if is_coupon else _SALE)
        return tuple(one.value for one in period_obstacles(moment_of(moment), self.revision.starts_at, ends))

    def _build_facts(self, span: Span, moment: int, variant: int, outside: tuple[int, ...]) -> FreshFacts:
        at = moment_of(moment)
        status = None if span.row.status is None else EcpStatus(span.row.status)
        obstacles = earner_obstacles(status, span.row.path, span.enrollment, self.revision.geography_ids, at)
        category = self._category_at(variant, moment)
        return FreshFacts(
            earner=span.context,
            product_id=self.setup.products[variant],
            category_id=category,
            obstacles=(*(one.value for one in obstacles), *outside),
            static=earner_facts(self.revision.needs, span.context, category, at),
        )

    def _category_at(self, variant: int, moment: int) -> UUID:
        versions = self.setup.categories[variant]
        if not versions:
            return _NO_CATEGORY
        return versions[max(bisect_right(self._category_times[variant], moment) - 1, 0)][1]

    def _compiled_at(self, moment: int) -> CompiledRules:
        index = bisect_right(self._rank_times, moment) - 1
        found = self._compiled.get(index)
        if found is None:
            ranks: TierRanks = self._ranks[index] if index >= 0 else ()
            found = self._compiled[index] = self.revision.compiled(ranks)
        return found


def _ranks_over_time(versions: Sequence[tuple[int, UUID, int]], times: Sequence[int]) -> list[TierRanks]:
    known: dict[UUID, int] = {}
    found: list[TierRanks] = []
    for time in times:
        known.update({tier: rank for at, tier, rank in versions if at == time})
        found.append(tuple(sorted(known.items())))
    return found
