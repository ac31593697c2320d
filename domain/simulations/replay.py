"""Replays sales through a content with the fold of the ledger: the function that job processes run (N7).

Without limits over all ECPs and without a budget, points do not depend on the order of arrival, so the lines of each
ECP are folded once, as they count at last. With them, sales are posted in memory in the order in which they were
recorded, with the grants that the ledger would have made.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from typing import Final

import msgspec

from domain.points.fold import FoldLine, LineValue, fold
from domain.points.pools import NO_POOLS
from domain.points.running_state import RunningState
from domain.simulations.accounts import Account, post_arrivals
from domain.simulations.arrivals import Revision, is_plain, list_arrivals, list_plain_arrivals, read_revisions
from domain.simulations.records import LineKey, LiveValue, Piece, microseconds_of
from domain.simulations.slices import SlicedPools
from domain.simulations.stage import Earner, Setup, Stage
from domain.simulations.tally import Tally, encode_totals

_SETUP: Final = msgspec.msgpack.Decoder(Setup)
_PIECE: Final = msgspec.msgpack.Decoder(Piece)
Live = Mapping[LineKey, LiveValue]


def replay(setup: bytes, pieces: Sequence[bytes]) -> bytes:
    """Replay pieces, which all ECPs of a content with pools must be in together; return the encoded totals."""
    stage = Stage(_SETUP.decode(setup))
    tally = Tally(stage.revision.rule_ids, stage.setup.live_rules)
    with _without_collector():
        if stage.limits:
            _replay_in_order(stage, tally, pieces)
        else:
            for piece in pieces:
                _replay_at_last(stage, tally, _PIECE.decode(piece))
    return encode_totals(tally.total())


@contextmanager
def _without_collector() -> Iterator[None]:
    """No garbage is collected in the block: nothing in it is in a cycle, and looking at a million lines takes long."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _replay_at_last(stage: Stage, tally: Tally, piece: Piece) -> None:
    """Fold the lines of each ECP as they count at last."""
    earners, live = stage.read_earners(piece.earners, piece.activities), piece.read_live()
    shared = RunningState(stage.plan, stage.setup.currency)
    for ecp, revisions in _by_ecp(piece):
        lines, variants = _lines_at_last(stage, earners[ecp], revisions)
        state = RunningState(stage.plan, stage.setup.currency) if stage.is_stateful else shared
        known = live.pop(ecp, {})
        for value, variant in zip(fold(lines, state, NO_POOLS), variants, strict=True):
            add_value(stage, tally, ecp, value, known, variant)
        add_rest(stage, tally, ecp, known)
    for ecp, known in live.items():
        add_rest(stage, tally, ecp, known)


def _lines_at_last(stage: Stage, earner: Earner, revisions: Sequence[Revision]) -> tuple[list[FoldLine], list[int]]:
    lines: list[FoldLine] = []
    variants: list[int] = []
    for revision in revisions:
        records = revision.at_last
        lines += stage.lines_of(earner, records)
        variants += [one.variant for one in records]
    return lines, variants


def _replay_in_order(stage: Stage, tally: Tally, pieces: Sequence[bytes]) -> None:
    """Post everything in memory, in the order in which it was recorded."""
    accounts: dict[int, Account] = {}
    arrivals = []
    live: dict[int, dict[LineKey, LiveValue]] = {}
    for encoded in pieces:
        piece = _PIECE.decode(encoded)
        earners = stage.read_earners(piece.earners, piece.activities)
        live.update(piece.read_live())
        for ecp, revisions in _by_ecp(piece):
            plain = is_plain(revisions)
            accounts[ecp] = Account(ecp, earners[ecp], is_plain=plain)
            arrivals += list_plain_arrivals(revisions) if plain else list_arrivals(revisions)
    arrivals.sort(key=attrgetter("at", "ecp", "order"))
    pools = SlicedPools(stage.limits)
    for _, posted in groupby(arrivals, key=attrgetter("at")):
        group = list(posted)
        for account, value, variant in post_arrivals(stage, accounts, group, pools):
            add_value(stage, tally, account.ecp, value, live.get(account.ecp, {}), variant)
        if tally.budget_exhausted_at is None and pools.budget_is_empty:
            tally.budget_exhausted_at = group[-1].sold_at
    for account in accounts.values():
        for value, variant in account.kept_values():
            add_value(stage, tally, account.ecp, value, live.get(account.ecp, {}), variant)
    for ecp, known in live.items():
        add_rest(stage, tally, ecp, known)


def _by_ecp(piece: Piece) -> Iterator[tuple[int, list[Revision]]]:
    for ecp, group in groupby(read_revisions(piece), key=lambda one: one.ecp):
        yield ecp, list(group)


def add_value(  # noqa: PLR0913, PLR0917 - a value, and what the ledger says
    stage: Stage, tally: Tally, ecp: int, value: LineValue, live: dict[LineKey, LiveValue], variant: int
) -> None:
    """Add a line to the tally, with its valuation in the ledger, which is taken out."""
    line = value.line
    moment = microseconds_of(line.place.sold_at)
    key = (moment, line.number, line.position)
    tally.add(ecp, key, value, live.pop(key, None), month=stage.periods(moment)[0], variant=variant)


def add_rest(stage: Stage, tally: Tally, ecp: int, live: Live) -> None:
    """Add the lines that only the ledger has valued."""
    for key, value in live.items():
        tally.add_live_only(ecp, key, value, stage.periods(key[0])[0])
