"""What a piece needs to be granted what pools leave: what each line earns, and when that changed (N7)."""

from struct import Struct as Layout
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.simulations.worths import WorthKey

# The ECP, and how many lines it has at all places together.
ACCOUNT: Final = Layout("!iI")
# The time, the sale, the position, the month, and the points in the ledger of a line.
SLOT: Final = Layout("!qqhiq")
# When sales of an ECP were recorded, the ECP, the time of the last of these sales, the first line that is due, where
# the changes begin, and how many there are.
EVENT: Final = Layout("!qiqIII")
# The line that has changed, and what it is worth now.
CHANGE: Final = Layout("!II")


class Prepared(Struct, frozen=True, array_like=True):
    """A piece whose lines are decided, but not granted. `worths` are results by their numbers; see `Worths`.

    `lines` is how many count at last, `live_base` and `live_rules` what the ledger paid. Events are in the order of
    time, and then of ECPs.
    """

    lines: int
    live_base: int
    live_rules: list[tuple[UUID, int]]
    worths: list[WorthKey]
    accounts: bytes
    slots: bytes
    events: bytes
    changes: bytes


def encode_prepared(prepared: Prepared) -> bytes:
    """Encode a piece to be stored."""
    return msgspec.msgpack.encode(prepared)


def decode_prepared(stored: bytes) -> Prepared:
    """Decode a piece."""
    return msgspec.msgpack.decode(stored, type=Prepared)
