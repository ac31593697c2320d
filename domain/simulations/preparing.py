"""Decides the lines of a piece of a content with pools, and says when they changed, in the order of recording (N7)."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final

from domain.points.running_state import AccountState
from domain.simulations.arrivals import Arrival, Changes, list_arrivals
from domain.simulations.at_last import count_lines, read_live, slots_of
from domain.simulations.prepared import ACCOUNT, CHANGE, EVENT, SLOT, Prepared
from domain.simulations.records import LineRecord, LineRow, Piece
from domain.simulations.stage import Earner, Stage
from domain.simulations.tally import LiveTally
from domain.simulations.walk import Walk
from domain.simulations.worths import Worth

# A line by its sale in canonical order and its position in it.
_Place = tuple[int, int]
# Lines between two states that are kept.
_MARK_LINES: Final = 32
_SOLD_AT, _SALE, _RECORDED_AT = 1, 2, 4


def prepare_piece(stage: Stage, piece: Piece) -> Prepared:
    """Decide all lines of a piece."""
    sheet, changes, live_tally = _Sheet(stage), Changes(piece), LiveTally(stage.setup.live_rules)
    earners, live = stage.read_earners(piece.earners, piece.activities), read_live(piece, live_tally)
    lines = 0
    for ecp, rows in piece.lines_by_ecp():
        known = live.pop(ecp, {})
        if ecp not in changes.ecps and _arrived_in_order(rows):
            lines += count_lines(rows)
            sheet.add_account(ecp, rows, known)
            sheet.add_plain(ecp, earners[ecp], rows)
        else:
            revisions = changes.revisions(ecp, rows)
            lines += sum(count_lines(one.at_last) for one in revisions)
            arrivals = list_arrivals(revisions)
            places = _places_of(arrivals)
            sheet.add_account(ecp, list(places.values()), known)
            _Late(sheet, earners[ecp], list(places)).add(ecp, arrivals)
    for ecp, known in live.items():
        sheet.add_account(ecp, (), known)
    return sheet.close(lines, live_tally)


def _arrived_in_order(rows: Sequence[LineRow]) -> bool:
    last = rows[0][_RECORDED_AT]
    for row in rows:
        if row[_RECORDED_AT] < last:
            return False
        last = row[_RECORDED_AT]
    return True


def _places_of(arrivals: Sequence[Arrival]) -> dict[_Place, LineRecord]:
    """All places of lines in canonical order, each with one of the lines that were there."""
    found = {(one.order, line.position): line for one in arrivals for line in one.lines}
    return dict(sorted(found.items()))


class _Sheet:
    """Collects what is prepared."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.walk = Walk(stage)
        self._accounts: list[bytes] = []
        self._slots: list[bytes] = []
        self._events: list[tuple[int, int, int, int, int, int]] = []
        self._changes: list[bytes] = []
        self._count = 0
        self._shared = stage.begin()

    def add_account(self, ecp: int, lines: Sequence[LineRow], live: dict[tuple[int, int, int], int]) -> None:
        """Add the lines of an ECP at all of their places, and those that only the ledger has valued."""
        slots = slots_of(self.stage, lines, live)
        self._accounts.append(ACCOUNT.pack(ecp, len(slots)))
        self._slots += [SLOT.pack(*slot) for slot in slots]

    def add_plain(self, ecp: int, earner: Earner, rows: Sequence[LineRow]) -> None:
        """Add the sales of an ECP that arrived in canonical order."""
        state = self.stage.begin() if self.stage.is_stateful else self._shared
        values = self.walk.values(earner, rows, state)
        slot = 0
        for at, group in groupby(rows, key=itemgetter(_RECORDED_AT)):
            recorded = list(group)
            changed = list(enumerate(values[slot : slot + len(recorded)], slot))
            self.add_event(at, ecp, recorded[-1][_SOLD_AT], slot, changed)
            slot += len(recorded)

    def add_event(self, at: int, ecp: int, sold_at: int, first: int, changed: Sequence[tuple[int, Worth]]) -> None:
        """Add what was recorded of an ECP at a moment: all lines from the first on are due, of which some changed."""
        self._events.append((at, ecp, sold_at, first, self._count, len(changed)))
        self._changes += [CHANGE.pack(slot, worth.number) for slot, worth in changed]
        self._count += len(changed)

    def close(self, lines: int, live: LiveTally) -> Prepared:
        """Everything that was added."""
        return Prepared(
            lines=lines,
            live_base=live.base,
            live_rules=list(live.rules.items()),
            worths=self.walk.worths.keys(),
            accounts=b"".join(self._accounts),
            slots=b"".join(self._slots),
            events=b"".join([EVENT.pack(*event) for event in sorted(self._events)]),
            changes=b"".join(self._changes),
        )


class _Late:
    """The lines of an ECP whose sales arrived in any order: a late one values those behind it again."""

    def __init__(self, sheet: _Sheet, earner: Earner, places: list[_Place]) -> None:
        self._sheet = sheet
        self._earner = earner
        self._places = places
        self._numbers = {place: number for number, place in enumerate(places)}
        self._lines: list[LineRecord | None] = [None] * len(places)
        self._worths: list[Worth | None] = [None] * len(places)
        self._end = 0
        self._state = sheet.stage.begin()
        # States before some lines, so that a late sale values only few lines before it again.
        self._marks: list[tuple[int, AccountState]] = []

    def add(self, ecp: int, arrivals: Sequence[Arrival]) -> None:
        """Add all sales in the order in which they were recorded."""
        for at, group in groupby(arrivals, key=attrgetter("at")):
            together = list(group)
            touched = self._change(together)
            first = bisect_left(self._places, (together[0].order, -1))
            changed = self._value(touched, first)
            self._end = max(self._end, touched[-1] + 1)
            self._sheet.add_event(at, ecp, together[-1].sold_at, first, changed)

    def _change(self, arrivals: Sequence[Arrival]) -> list[int]:
        """Put the lines in their places, and take those away that are no longer there; return the places."""
        touched: set[int] = set()
        for one in arrivals:
            begin = bisect_left(self._places, (one.order, -1))
            end = bisect_left(self._places, (one.order + 1, -1))
            before = {at for at in range(begin, end) if self._lines[at] is not None}
            now = {self._numbers[one.order, line.position]: line for line in one.lines}
            touched |= before.union(now)
            for at in before.difference(now):
                gone = self._lines[at]
                self._lines[at] = None if gone is None else gone._replace(quantity=0)
            for at, line in now.items():
                self._lines[at] = line
        return sorted(touched)

    def _value(self, touched: list[int], first: int) -> list[tuple[int, Worth]]:
        """Value the lines that changed, and those behind them; return those whose value is another one."""
        due = touched
        if first < self._end and self._sheet.stage.is_stateful:
            due = [at for at in range(self._return_to(first), self._end) if self._lines[at] is not None]
            due += [at for at in touched if at >= self._end]
        changed: list[tuple[int, Worth]] = []
        for begin in range(0, len(due), _MARK_LINES):
            some = due[begin : begin + _MARK_LINES]
            self._mark(some[0])
            lines = [line for at in some if (line := self._lines[at]) is not None]
            values = self._sheet.walk.values(self._earner, lines, self._state)
            changed += [(at, value) for at, value in zip(some, values, strict=True) if self._worths[at] is not value]
        for at, value in changed:
            self._worths[at] = value
        return changed

    def _mark(self, line: int) -> None:
        """Keep the state before a line, now and then."""
        last = self._marks[-1][0] if self._marks else 0
        if self._sheet.stage.is_stateful and line - last >= _MARK_LINES:
            self._marks.append((line, self._state.freeze()))

    def _return_to(self, line: int) -> int:
        """Return to a state that was kept before a line; return the first line behind that state."""
        while self._marks and self._marks[-1][0] > line:
            self._marks.pop()
        begin, state = self._marks[-1] if self._marks else (0, None)
        self._state = self._sheet.stage.begin(state)
        return begin
