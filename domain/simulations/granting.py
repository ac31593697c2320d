"""Grants lines what pools leave, in the order in which they were recorded, as the ledger does (N7, R22).

Lines are decided before; see `preparing`. As long as pools have enough, what a line earns is what it gets, and only the
sums count. Once they do not, each line that is due is granted by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from uuid import UUID

from domain.points.grants import grant, pay
from domain.points.pools import BUDGET, Pool, SchemePools
from domain.points.running_state import AccountState, RunningState, VolumeMember
from domain.rules.facts import VolumeKey
from domain.rules.rewards import RewardReducer
from domain.simulations.prepared import ACCOUNT, CHANGE, EVENT, SLOT, Prepared, decode_prepared
from domain.simulations.slices import SLICES, SlicedPools
from domain.simulations.stage import Stage
from domain.simulations.tally import LiveTally, Tally, Totals
from domain.simulations.worths import Worth, Worths

# What was recorded of an ECP at a moment; see `prepared.EVENT`, with the piece instead of the ECP's number.
_Event = tuple[int, int, int, int, int, int, "_Piece"]


def grant_pieces(stage: Stage, encoded: Sequence[bytes]) -> Totals:
    """Grant all lines of a simulation, and add them up."""
    granting = _Granting(stage)
    tally, live = Tally(stage.revision.rule_ids), LiveTally(stage.setup.live_rules)
    pieces = []
    for one in encoded:
        prepared = decode_prepared(one)
        pieces.append(_Piece(granting, prepared))
        tally.lines += prepared.lines
        live.add_all(prepared.live_base, prepared.live_rules)
    pools = SlicedPools(stage.limits)
    for _, events in groupby(merge(*(piece.events() for piece in pieces), key=_when), key=itemgetter(0)):
        together = list(events)
        granting.post(together, pools)
        if tally.budget_exhausted_at is None and pools.budget_is_empty:
            tally.budget_exhausted_at = together[-1][2]
    for piece in pieces:
        piece.add_to(tally, granting.worths.nothing)
    return tally.total(granting.worths, live)


def _when(event: _Event) -> tuple[int, int]:
    return event[0], event[1]


class _Piece:
    """The accounts of a piece, and what was recorded of them."""

    def __init__(self, granting: "_Granting", prepared: Prepared) -> None:
        self._prepared = prepared
        self._numbered = [granting.worths.load(key) for key in prepared.worths]
        self._accounts: dict[int, _Account] = {}
        begin = 0
        for ecp, size in ACCOUNT.iter_unpack(prepared.accounts):
            self._accounts[ecp] = _Account(granting, prepared.slots, begin=begin, size=size)
            begin += size

    def events(self) -> Iterator[_Event]:
        """What was recorded, in the order of time and of ECPs."""
        for at, ecp, sold_at, first, begin, count in EVENT.iter_unpack(self._prepared.events):
            yield at, ecp, sold_at, first, begin, count, self

    def posting(self, event: _Event) -> "_Posting":
        """What an event changes."""
        _, ecp, _, first, begin, count, _ = event
        size, numbered = CHANGE.size, self._numbered
        blob = self._prepared.changes[begin * size : (begin + count) * size]
        return _Posting(self._accounts[ecp], first, [(slot, numbered[at]) for slot, at in CHANGE.iter_unpack(blob)])

    def add_to(self, tally: Tally, nothing: Worth) -> None:
        """Add all lines as they were granted at last."""
        slots = SLOT.iter_unpack(self._prepared.slots)
        for ecp, account in self._accounts.items():
            worths = account.granted or account.earned
            tally.add(ecp, list(islice(slots, len(worths))), [worth or nothing for worth in worths])


class _Account:
    """The lines of an ECP at all of their places, in canonical order: what each earns, and what it was granted.

    As long as both are the same, `granted` is None. Lines behind `end` were not recorded yet. `state` counts what rules
    with limits for each ECP have paid before `end`, once that is needed.
    """

    __slots__ = ("_begin", "_granting", "_slots", "earned", "end", "granted", "state")

    def __init__(self, granting: "_Granting", slots: bytes, *, begin: int, size: int) -> None:
        self._granting = granting
        self._slots = slots
        self._begin = begin
        self.earned: list[Worth | None] = [None] * size
        self.granted: list[Worth | None] | None = None
        self.end = 0
        self.state: AccountState | None = None

    def month(self, slot: int) -> int:
        """The month of a line."""
        month: int = SLOT.unpack_from(self._slots, (self._begin + slot) * SLOT.size)[3]
        return month

    def state_before(self, first: int) -> RunningState:
        """The state before a line."""
        granting = self._granting
        if self.state is not None and first >= self.end:
            return granting.begin(self.state)
        state = granting.begin()
        for slot, worth in enumerate((self.granted or self.earned)[:first]):
            if worth is not None:
                state.enter(self.month(slot), 0)
                pay(granting.revision, worth.points, state)
        return state


class _Posting:
    """What was recorded of an ECP at a moment: the lines that changed, and the first line that is due."""

    __slots__ = ("_first", "_granted", "_state", "account", "changed")

    def __init__(self, account: _Account, first: int, changed: list[tuple[int, Worth]]) -> None:
        self.account = account
        self.changed = changed
        self._first = first
        self._granted: list[tuple[int, Worth]] = []
        self._state: RunningState | None = None

    def fold(self, granting: "_Granting", budget: Pool | None, pools: Mapping[int, Pool]) -> None:
        """Grant the lines that are due, once more if the pools had too little."""
        account, now = self.account, dict(self.changed)
        before = account.granted or account.earned
        state = self._state = account.state_before(self._first) if granting.counts_usage else granting.nobody
        self._granted = []
        for slot in range(self._first, max(account.end, self.changed[-1][0] + 1 if self.changed else 0)):
            worth, kept = now.get(slot) or account.earned[slot], before[slot]
            if worth is None:
                continue
            if granting.counts_usage:
                state.enter(account.month(slot), 0)
            found = granting.grant(worth, kept, state, budget, pools)
            if granting.counts_usage:
                pay(granting.revision, found.points, state)
            self._granted.append((slot, found))

    def accept(self, *, counts_usage: bool) -> None:
        """Keep what was granted, or that everything was that lines earned, if nothing was granted by itself."""
        account = self.account
        for slot, worth in self.changed:
            account.earned[slot] = worth
        if account.granted is None and any(worth is not account.earned[slot] for slot, worth in self._granted):
            account.granted = list(account.earned)
        if account.granted is not None:
            for slot, worth in self._granted:
                account.granted[slot] = worth
        if self.changed:
            account.end = max(account.end, self.changed[-1][0] + 1)
        account.state = self._state.freeze() if counts_usage and self._state is not None else None


class _Granting:
    """What all postings share."""

    def __init__(self, stage: Stage) -> None:
        self.revision = stage.revision
        self.worths = Worths(stage.revision.rule_ids)
        self.counts_usage = bool(stage.plan.usages)
        self._layout = _Usages(stage.plan.usages)
        self.nobody = self.begin()
        self._reducer = RewardReducer(stage.revision.rules)
        # What is granted once nothing is left of the budget.
        self._dry: dict[Worth, Worth] = {}
        # Of each limit, the position of its rule; None of the budget.
        self._positions = [None if key == BUDGET else stage.revision.positions[key] for key in stage.limits]

    def begin(self, before: AccountState | None = None) -> RunningState:
        """A state that counts what rules paid to an ECP."""
        return RunningState(self._layout, "", before)

    def post(self, events: Sequence[_Event], pools: SlicedPools) -> None:
        """Grant what was recorded at one moment."""
        postings = [event[6].posting(event) for event in events]
        home = events[0][1] % SLICES
        are_whole = all(posting.account.granted is None for posting in postings)
        if not (are_whole and pools.take_wanted(self._wanted(postings), home)):

            def fold_all(found: SchemePools) -> None:
                by_position = found.at_positions(self.revision.positions)
                for posting in postings:
                    posting.fold(self, found.budget, by_position)

            pools.take(fold_all, home)
        for posting in postings:
            posting.accept(counts_usage=self.counts_usage)

    def grant(
        self, worth: Worth, kept: Worth | None, state: RunningState, budget: Pool | None, pools: Mapping[int, Pool]
    ) -> Worth:
        """What a line is granted of what it earns."""
        if (
            kept is None
            and budget is not None
            and budget.rest == 0
            and not (budget.taken or pools or self.counts_usage)
        ):
            # Nothing is left of the budget, so the same is granted for the same.
            dry = self._dry.get(worth)
            if dry is None:
                dry = self._dry[worth] = self._grant(worth, kept, state, budget, pools)
            return dry
        return self._grant(worth, kept, state, budget, pools)

    def _grant(
        self, worth: Worth, kept: Worth | None, state: RunningState, budget: Pool | None, pools: Mapping[int, Pool]
    ) -> Worth:
        base, points, reductions = grant(
            self.revision,
            self._reducer,
            (worth.wanted, worth.earned),
            None if kept is None else (kept.base, kept.points),
            state=state,
            budget=budget,
            pools=pools,
        )
        return self.worths.find(worth.wanted, worth.earned, base=base, points=points, reductions=reductions)

    def _wanted(self, postings: Sequence[_Posting]) -> list[int]:
        """What changed lines take from each pool, as if all of them had enough."""
        wanted = [0] * len(self._positions)
        for posting in postings:
            for slot, worth in posting.changed:
                before = posting.account.earned[slot]
                for at, position in enumerate(self._positions):
                    wanted[at] += worth.total if position is None else worth.points[position]
                    if before is not None:
                        wanted[at] -= before.total if position is None else before.points[position]
        return wanted


class _Usages:
    """The layout of a state without volumes; see `StateLayout`."""

    def __init__(self, usages: tuple[UUID, ...]) -> None:
        self.volumes: tuple[VolumeKey, ...] = ()
        self.usages = usages
        self.month_volumes: list[int] = []
        self.week_volumes: list[int] = []
        self.newest = 1

    def members(self, mask: int) -> Sequence[VolumeMember]:
        """No volumes."""
        del mask
        return ()
