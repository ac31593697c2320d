"""Replays sales through a content: the functions that job processes run (N7).

Without limits over all ECPs and without a budget, points do not depend on the order of arrival, so the lines of each
ECP are valued once, as they count at last. With them, lines are decided piece by piece as well, and then granted what
is left in the order in which they were recorded.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec

from domain.simulations.at_last import value_piece
from domain.simulations.explaining import explain_lines
from domain.simulations.granting import grant_pieces
from domain.simulations.prepared import encode_prepared
from domain.simulations.preparing import prepare_piece
from domain.simulations.records import Piece
from domain.simulations.stage import Setup, Stage
from domain.simulations.tally import encode_totals

_SETUP: Final = msgspec.msgpack.Decoder(Setup)
_PIECE: Final = msgspec.msgpack.Decoder(Piece)


def replay(setup: bytes, piece: bytes) -> bytes:
    """Value the lines of a piece as they count at last; return the encoded totals."""
    with _without_collector():
        stage = Stage(_SETUP.decode(setup))
        return encode_totals(value_piece(stage, _PIECE.decode(piece)))


def prepare(setup: bytes, piece: bytes) -> bytes:
    """Decide the lines of a piece of a content with pools; return what `grant_all` needs."""
    with _without_collector():
        stage = Stage(_SETUP.decode(setup))
        return encode_prepared(prepare_piece(stage, _PIECE.decode(piece)))


def grant_all(setup: bytes, pieces: Sequence[bytes]) -> bytes:
    """Grant the lines of all pieces what pools leave, in the order of recording; return the encoded totals."""
    with _without_collector():
        return encode_totals(grant_pieces(Stage(_SETUP.decode(setup)), pieces))


def explain(setup: bytes, pieces: Sequence[bytes], candidates: bytes) -> bytes:
    """Explain a few lines, given pieces with their ECPs; return the encoded examples."""
    stage = Stage(_SETUP.decode(setup))
    return msgspec.msgpack.encode(explain_lines(stage, map(_PIECE.decode, pieces), candidates))


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
