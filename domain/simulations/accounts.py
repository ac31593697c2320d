"""The accounts of ECPs while sales are posted in memory, in the order in which they were recorded (N7)."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.points.fold import FoldLine, KnownValue, LineValue, fold
from domain.points.pools import SchemePools
from domain.points.running_state import AccountState, RunningState
from domain.simulations.arrivals import Arrival
from domain.simulations.records import LineRecord
from domain.simulations.slices import SLICES, SlicedPools
from domain.simulations.stage import Earner, Stage

_NOBODY: Final = UUID(int=0)
# The place of a line in the order of its account, and its position in the sale.
_Place = tuple[int, int]
Posted = tuple["Account", LineValue, int]


class _Kept(Struct):
    """A line as it was valued last, and the number of its variant."""

    value: LineValue
    variant: int


class Account:
    """The account of an ECP. One whose sales arrived in order needs its state only, others keep all lines."""

    __slots__ = ("_kept", "_order", "earner", "ecp", "is_plain", "state")

    def __init__(self, ecp: int, earner: Earner, *, is_plain: bool) -> None:
        self.ecp = ecp
        self.earner = earner
        self.is_plain = is_plain
        self.state: RunningState | None = None
        self._kept: dict[_Place, _Kept] = {}
        self._order: list[_Place] = []

    def kept_values(self) -> Iterator[tuple[LineValue, int]]:
        """The lines as they count at last, each with the number of its variant."""
        for place in self._order:
            kept = self._kept[place]
            yield kept.value, kept.variant

    def keep(self, place: _Place, value: LineValue, variant: int) -> None:
        """Keep what a line is worth now."""
        if place not in self._kept:
            insort(self._order, place)
        self._kept[place] = _Kept(value, variant)

    def lines_of(self, stage: Stage, arrival: Arrival) -> Iterator[tuple[_Place, FoldLine, int]]:
        """The lines of a sale that is new or has changed, and those that are no longer there, of 0 units."""
        rest = {place: self._kept[place] for place in self._places_of(arrival.order)}
        records = arrival.records()
        places = [(arrival.order, one.position) for one in records]
        kept_lines = [rest.pop(place, None) for place in places]
        known = [None if kept is None else _known(kept.value) for kept in kept_lines]
        lines = stage.lines_of(self.earner, records, known)
        for place, line, one in zip(places, lines, records, strict=True):
            yield place, line, one.variant
        for place, kept in rest.items():
            if kept.value.facts.quantity:
                gone = replace(kept.value.line, quantity=0, mask=0, value=0, variant_id=_NOBODY, fresh=None)
                yield place, replace(gone, known=_known(kept.value), counts_only=False), kept.variant

    def others(self, first: int, changed: Mapping[_Place, object]) -> Iterator[tuple[_Place, FoldLine, int]]:
        """The lines that did not change: those before the first that did only count."""
        for place in self._order:
            if place not in changed:
                kept = self._kept[place]
                quantity = kept.value.facts.quantity
                line = kept.value.line
                again = replace(
                    line,
                    mask=line.mask if quantity else 0,
                    known=_known(kept.value),
                    fresh=None,
                    counts_only=place[0] < first,
                )
                yield place, again, kept.variant

    def is_late(self, order: int) -> bool:
        """Whether a change lies at or before the last line."""
        return bool(self._order) and order <= self._order[-1][0]

    def _places_of(self, order: int) -> list[_Place]:
        begin = bisect_left(self._order, (order, -1))
        return self._order[begin : bisect_left(self._order, (order + 1, -1))]


class _Plain:
    """The lines of sales that come behind all others of their account."""

    __slots__ = ("_before", "_stage", "account", "lines", "records", "state", "values")

    def __init__(self, stage: Stage, account: Account, arrivals: Sequence[Arrival]) -> None:
        self._stage = stage
        self.account = account
        self.records: list[LineRecord] = []
        self.lines: list[FoldLine] = []
        for arrival in arrivals:
            records = arrival.records()
            self.records += records
            self.lines += stage.lines_of(account.earner, records)
        self._before: AccountState | None = None
        self.values: list[LineValue] = []
        self.state: RunningState | None = None

    def fold(self, pools: SchemePools) -> None:
        """Fold the lines, once more if the pools had too little."""
        self.state = self._begin()
        self.values = fold(self.lines, self.state, pools)

    def _begin(self) -> RunningState:
        stage, state = self._stage, self.account.state
        if state is None:
            return RunningState(stage.plan, stage.setup.currency)
        if not stage.is_stateful:
            return state
        if self.state is None:
            self._before = state.freeze()
            return state
        return RunningState(stage.plan, stage.setup.currency, self._before)


class _Late:
    """The lines of an account whose sales arrived in any order: those that change, and all behind them."""

    def __init__(self, stage: Stage, account: Account, arrivals: Sequence[Arrival]) -> None:
        self._stage = stage
        self.account = account
        changed = {
            place: (line, variant) for arrival in arrivals for place, line, variant in account.lines_of(stage, arrival)
        }
        self._is_late = account.is_late(arrivals[0].order)
        if self._is_late:
            for place, line, variant in account.others(arrivals[0].order, changed):
                changed[place] = (line, variant)
            changed = dict(sorted(changed.items()))
        self.lines = [line for line, _ in changed.values()]
        self.valued = [(place, variant) for place, (line, variant) in changed.items() if not line.counts_only]
        self.values: list[LineValue] = []

    def fold(self, pools: SchemePools) -> None:
        """Fold the lines, once more if the pools had too little."""
        stage, account = self._stage, self.account
        before = None if self._is_late or account.state is None else account.state.freeze()
        self.state = RunningState(stage.plan, stage.setup.currency, before)
        self.values = fold(self.lines, self.state, pools)


def post_arrivals(
    stage: Stage, accounts: Mapping[int, Account], arrivals: Sequence[Arrival], pools: SlicedPools
) -> Iterator[Posted]:
    """Post what was recorded together; yield the values that are final, each with the number of its variant."""
    by_ecp: dict[int, list[Arrival]] = {}
    for one in arrivals:
        by_ecp.setdefault(one.ecp, []).append(one)
    foldings = [
        (_Plain if (account := accounts[ecp]).is_plain else _Late)(stage, account, of_ecp)
        for ecp, of_ecp in by_ecp.items()
    ]

    def fold_all(found: SchemePools) -> None:
        for folding in foldings:
            folding.fold(found)

    pools.take(fold_all if len(foldings) > 1 else foldings[0].fold, home=arrivals[0].ecp % SLICES)
    for folding in foldings:
        account = folding.account
        account.state = folding.state
        if isinstance(folding, _Plain):
            for record, value in zip(folding.records, folding.values, strict=True):
                yield account, value, record.variant
        else:
            for (place, variant), value in zip(folding.valued, folding.values, strict=True):
                account.keep(place, value, variant)


def _known(value: LineValue) -> KnownValue:
    return KnownValue(version=1, revision=value.line.revision.number, base=value.base, facts=value.facts)
