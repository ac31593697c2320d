"""Count the ECPs of schemes in cells: those of one place and tier who met the same clauses about what they did (R4)."""

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.rules.reach_reads import STORED, TOTALS, ActiveRow, Counted, CountedVolume, active_cells
from db.sessions import Fetching
from domain.calendar import Calendar
from domain.rules.model import ActivityClause, Clause, VolumeClause, VolumeMeasure, VolumePeriod
from domain.rules.reach import Cell, merge_cells
from domain.rules.reach_volumes import DAYS_COMPARED, comparable_days, month_starts, week_starts
from domain.rules.traversal import walk_clauses
from domain.schemes.content import SchemeContent

# Volume clauses of a scheme that are compared with sales, each by a bit. Nobody writes more; those would stay open.
MAX_VOLUMES: Final = 60
# About how many lines of sales one review reads, for which it takes a sample of the ECPs where there are more.
LINES_READ: Final = 60_000


class CountedCells(Struct, frozen=True):
    """The cells of a scheme, and the volume clauses that were compared with earlier sales.

    With a `sample`, the volumes are in the cells of the sample only.
    """

    cells: tuple[Cell, ...]
    compared: frozenset[VolumeClause]
    sample: tuple[Cell, ...] = ()


class CellScope(Struct, frozen=True):
    """The places in which ECPs are counted, the moment until which they did something, and the calendar."""

    places: list[UUID]
    now: datetime
    calendar: Calendar


async def count_cells(fetching: Fetching, contents: Sequence[SchemeContent], scope: CellScope) -> list[CountedCells]:
    """Count the active ECPs in these places, for each scheme by its clauses.

    One statement counts all of them by activities, and one more each scheme that has volumes, which are its own.
    """
    totals = {(row.geography_id, row.tier_id): row.count for row in await fetching.fetch(TOTALS, places=scope.places)}
    clauses = [dict.fromkeys(_clauses_of(content)) for content in contents]
    shared = _activities_of([clause for some in clauses for clause in some])
    plain: CountedCells | None = None
    every = await _sampled_every(fetching, clauses, sum(totals.values()))
    found = []
    for content, some in zip(contents, clauses, strict=True):
        volumes = _Volumes(content, [clause for clause in some if isinstance(clause, VolumeClause)][:MAX_VOLUMES])
        if volumes.clauses and every is None:
            found.append(await _count(fetching, _activities_of(some), volumes, totals, scope))
            continue
        sampled: CountedCells | None = None
        if volumes.clauses and every is not None:
            sampled = await _sample(fetching, _activities_of(some), volumes, scope, every)
        if sampled is not None and every == 1:
            found.append(sampled)
            continue
        if plain is None:
            plain = await _count(fetching, shared, None, totals, scope)
        found.append(plain if sampled is None else replace(sampled, cells=plain.cells))
    return found


async def _sampled_every(fetching: Fetching, clauses: Iterable[Iterable[Clause]], ecps: int) -> int | None:
    """Of how many ECPs one is in the sample; None to read all sales, also without volumes.

    ECPs of the places are expected to have as many lines as others. With 1, the sales of all of them are read by ECP.
    """
    if not any(isinstance(clause, VolumeClause) for some in clauses for clause in some):
        return None
    (stored,) = await fetching.fetch(STORED)
    if stored.lines <= LINES_READ:
        return None
    return max(1, math.ceil(stored.lines * ecps / max(stored.ecps, 1) / LINES_READ))


class _Volumes(Struct, frozen=True):
    """The volume clauses of a scheme that are compared."""

    content: SchemeContent
    clauses: list[VolumeClause]

    @property
    def counted(self) -> tuple[CountedVolume, ...]:
        """What of them is part of the statement."""
        return tuple(CountedVolume(clause.period, clause.measure) for clause in self.clauses)

    def parameters(self, scope: CellScope, first: int) -> dict[str, Any]:
        """The parameters of the statement; `first` is the number of the first clause."""
        basics, clauses = self.content.basics, self.clauses
        masks: dict[UUID, int] = {}
        for place, clause in enumerate(clauses):
            # A volume of no variants in particular is about all of those of the scheme.
            for variant in clause.variant_ids or self.content.variant_ids:
                masks[variant] = masks.get(variant, 0) | 1 << place
        coupons = sum(1 << at for at, clause in enumerate(clauses) if clause.measure is VolumeMeasure.COUPONS)
        today = scope.calendar.day_of(scope.now)
        days = timedelta(days=comparable_days(basics.starts_on, basics.ends_on))
        given: dict[str, Any] = {
            "first": first,
            "amounts": [clause.at_least for clause in clauses],
            "member_variants": list(masks),
            "masks": list(masks.values()),
            "since": scope.now - timedelta(days=DAYS_COMPARED),
        }
        periods: dict[VolumePeriod, tuple[str, Any]] = {
            VolumePeriod.MONTH: ("months", _moments(month_starts(today), scope.calendar)),
            VolumePeriod.WEEK: ("weeks", _moments(week_starts(today), scope.calendar)),
            VolumePeriod.SCHEME: ("scheme_since", scope.now - days),
        }
        given |= dict(periods[clause.period] for clause in clauses)
        every = (1 << len(clauses)) - 1
        given |= {"sale_bits": every & ~coupons} if every & ~coupons else {}
        return given | ({"coupon_bits": coupons} if coupons else {})


async def _count(
    fetching: Fetching,
    activities: Sequence[ActivityClause],
    volumes: _Volumes | None,
    totals: dict[tuple[UUID, UUID | None], int],
    scope: CellScope,
) -> CountedCells:
    counted = Counted(bool(activities), volumes.counted if volumes else ())
    if counted == Counted():
        return CountedCells(merge_cells(totals, ()), frozenset())
    rows = await fetching.fetch(active_cells(counted), **_parameters(activities, volumes, scope))
    sold = volumes.clauses if volumes else []
    return CountedCells(merge_cells(totals, _cells(rows, [*activities, *sold])), _compared(rows, sold))


async def _sample(
    fetching: Fetching, activities: Sequence[ActivityClause], volumes: _Volumes, scope: CellScope, every: int
) -> CountedCells:
    """Count a sample of the ECPs; those of everybody if each of them is in it."""
    counted = Counted(bool(activities), volumes.counted, sampled=True)
    given = _parameters(activities, volumes, scope)
    rows = await fetching.fetch(active_cells(counted), every=every, **given)
    cells = tuple(_cells(rows, [*activities, *volumes.clauses]))
    return CountedCells(cells, _compared(rows, volumes.clauses), () if every == 1 else cells)


def _parameters(activities: Sequence[ActivityClause], volumes: _Volumes | None, scope: CellScope) -> dict[str, Any]:
    given: dict[str, Any] = {"places": scope.places, "now": scope.now}
    if activities:
        given |= {
            "kinds": [clause.activity for clause in activities],
            "times": [clause.times for clause in activities],
            "days": [clause.within_days for clause in activities],
        }
    return given if volumes is None else given | volumes.parameters(scope, len(activities) + 1)


def _compared(rows: Sequence[ActiveRow], volumes: Sequence[VolumeClause]) -> frozenset[VolumeClause]:
    """The volumes that something compares with."""
    bits = sum(row.count for row in rows if row.geography_id is None)
    return frozenset(clause for at, clause in enumerate(volumes) if bits >> at & 1)


def _clauses_of(content: SchemeContent) -> Sequence[Clause]:
    return [clause for rule in content.rules for clause in walk_clauses(rule.condition)]


def _activities_of(clauses: Iterable[Clause]) -> list[ActivityClause]:
    return list(dict.fromkeys(clause for clause in clauses if isinstance(clause, ActivityClause)))


def _moments(days: Sequence[date], calendar: Calendar) -> list[datetime]:
    return [calendar.start_of_day(day) for day in days]


def _cells(rows: Sequence[ActiveRow], clauses: Sequence[ActivityClause | VolumeClause]) -> list[Cell]:
    """Cells of the ECPs who have met at least one of the clauses."""
    cells = []
    for row in rows:
        if row.geography_id is None:
            continue
        did = frozenset(clauses[number - 1] for number in row.met)
        # A clause without a limit in days stays met once it is met.
        stays = frozenset(one for one in did if isinstance(one, ActivityClause) and one.within_days is None)
        cells.append(Cell(geography_id=row.geography_id, tier_id=row.tier_id, count=row.count, did=did, stays=stays))
    return cells
