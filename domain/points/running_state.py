"""The state of an account between two of its lines: its volumes, and what rules with limits for each ECP have paid.

`points_account.state` is the state after the last line, so that a later line needs no history.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final, Protocol
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.rules.bounds import MAX_SAFE_INT
from domain.rules.facts import EarnerFacts, VolumeKey
from domain.rules.model import VolumeMeasure
from domain.rules.rewards import UsedByEcp

ZERO_MOMENT: Final = datetime(1, 1, 2, tzinfo=UTC)
# Prices have up to four decimals; values are kept in the smallest of these units.
VALUE_SCALE: Final = 10_000
# Prices repeat, and arithmetic of decimals takes longer than finding one again.
_PRICES_KEPT: Final = 4096
_VALUE: Final = VolumeMeasure.VALUE
# An integer of msgpack has 64 bits. A volume that needs more is stored in two parts, the lower one of so many bits.
_LOWER_BITS: Final = 62
_LOWER: Final = 2**_LOWER_BITS - 1


# A volume in which a line counts: its position in the state, what rules call it, and whether it is of value.
VolumeMember = tuple[int, VolumeKey, bool]


class StateLayout(Protocol):
    """Where the state keeps each volume and each usage."""

    volumes: tuple[VolumeKey, ...]
    usages: tuple[UUID, ...]
    month_volumes: list[int]
    week_volumes: list[int]
    newest: int

    def members(self, mask: int) -> Sequence[VolumeMember]:
        """The volumes of a mask."""
        ...


class AccountState(Struct, frozen=True, array_like=True):
    """The state as it is stored. `revision` is the newest one that the layout includes."""

    revision: int
    currency: str
    month: int = 0
    week: int = 0
    volumes: tuple[int, ...] = ()
    # Points, points in the month, times; for each usage in turn.
    usages: tuple[int, ...] = ()
    # The upper parts of the volumes, only as they are stored, and only if one needs it.
    upper: tuple[int, ...] = ()

    def encode(self) -> bytes:
        """Encode the state for the column."""
        if self.volumes and max(self.volumes) > _LOWER:
            lower = tuple([amount & _LOWER for amount in self.volumes])
            upper = tuple([amount >> _LOWER_BITS for amount in self.volumes])
            return _ENCODER.encode(replace(self, volumes=lower, upper=upper))
        return _ENCODER.encode(self)

    @classmethod
    def decode(cls, stored: bytes) -> "AccountState":
        """Decode the column."""
        state = _DECODER.decode(stored)
        if not state.upper:
            return state
        parts = zip(state.volumes, state.upper, strict=True)
        return replace(state, volumes=tuple([lower + (upper << _LOWER_BITS) for lower, upper in parts]), upper=())


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(AccountState)


class _Used(Struct, gc=False):
    """What a rule has paid an ECP so far, as `Usage` has it; lines add to it in place."""

    points_to_ecp: int = 0
    points_to_ecp_this_month: int = 0
    times_to_ecp: int = 0


_UNUSED: Final = _Used()


class RunningState:
    """A state that lines change, one after another in canonical order."""

    def __init__(self, layout: StateLayout, currency: str, stored: AccountState | None = None) -> None:
        """Begin with a stored state, which may be of a layout with fewer entries; without one, with nothing."""
        self._layout = layout
        self._currency = currency
        state = stored or AccountState(revision=layout.newest, currency=currency)
        self._month, self._week = state.month, state.week
        self._volumes = list(state.volumes) + [0] * (len(layout.volumes) - len(state.volumes))
        usages = state.usages
        self._usages = [
            _Used(points_to_ecp=total, points_to_ecp_this_month=this_month, times_to_ecp=times)
            for total, this_month, times in zip(usages[::3], usages[1::3], usages[2::3], strict=True)
        ]
        self._usages += [_Used() for _ in range(len(layout.usages) - len(self._usages))]
        # The facts of the ECP that the last line used, with the amounts of this state, and what they were made of.
        self.earner: EarnerFacts | None = None
        self.earner_of: object = None
        # What rules read: the amount of each volume, in whole units of currency for values, and bounded.
        self.amounts = {
            key: _read_amount(key, amount) for key, amount in zip(layout.volumes, self._volumes, strict=True)
        }

    def without(self, later: "RunningState") -> "RunningState":
        """The state before lines that come last, from this one after them and from one that counts only them.

        The first line that follows must begin its month and its week, whose amounts are not known here.
        """
        before = RunningState(self._layout, self._currency)
        for at, amount in enumerate(self._volumes):
            before._set(at, amount - later._volumes[at])  # noqa: SLF001 - of the same class
        before._usages = [
            _Used(
                points_to_ecp=used.points_to_ecp - more.points_to_ecp,
                times_to_ecp=used.times_to_ecp - more.times_to_ecp,
            )
            for used, more in zip(self._usages, later._usages, strict=True)  # noqa: SLF001 - of the same class
        ]
        return before

    def enter(self, month: int, week: int) -> None:
        """Begin the month and the week of the next line."""
        layout = self._layout
        if month != self._month:
            self._month = month
            for at in layout.month_volumes:
                self._set(at, 0)
            for used in self._usages:
                used.points_to_ecp_this_month = 0
        if week != self._week:
            self._week = week
            for at in layout.week_volumes:
                self._set(at, 0)

    def add(self, mask: int, quantity: int, value: int) -> None:
        """Count a line that could earn in the volumes of a mask; `value` is scaled."""
        volumes, amounts = self._volumes, self.amounts
        # As `_set` does, which is too slow for every line.
        for at, key, is_of_value in self._layout.members(mask):
            amount = volumes[at] = volumes[at] + (value if is_of_value else quantity)
            read = amount // VALUE_SCALE if is_of_value else amount
            amounts[key] = min(read, MAX_SAFE_INT)

    def used(self, usage: int | None) -> UsedByEcp:
        """What a rule has paid so far; nothing for one without limits for each ECP."""
        return _UNUSED if usage is None else self._usages[usage]

    def pay(self, usage: int, points: int) -> None:
        """Count what a rule with limits for each ECP paid."""
        used = self._usages[usage]
        used.points_to_ecp += points
        used.points_to_ecp_this_month += points
        used.times_to_ecp += 1

    def freeze(self) -> AccountState:
        """The state to store."""
        usages: list[int] = []
        for used in self._usages:
            usages += (used.points_to_ecp, used.points_to_ecp_this_month, used.times_to_ecp)
        return AccountState(
            revision=self._layout.newest,
            currency=self._currency,
            month=self._month,
            week=self._week,
            volumes=tuple(self._volumes),
            usages=tuple(usages),
        )

    def _set(self, at: int, amount: int) -> None:
        self._volumes[at] = amount
        key = self._layout.volumes[at]
        self.amounts[key] = _read_amount(key, amount)


def _read_amount(key: VolumeKey, amount: int) -> int:
    """The amount that rules compare and valuations keep: no rule asks for more than the largest safe integer."""
    return min(amount // VALUE_SCALE if key.measure is _VALUE else amount, MAX_SAFE_INT)


def scaled_value(unit_price: Decimal, quantity: int) -> int:
    """The value of units as the state keeps it; digits beyond the fourth decimal are cut off."""
    return _scaled_price(unit_price) * quantity


@lru_cache(_PRICES_KEPT)
def _scaled_price(unit_price: Decimal) -> int:
    return int(unit_price * VALUE_SCALE)


def month_and_week(local: datetime) -> tuple[int, int]:
    """Number the month and the week, from Monday, of a local time."""
    return local.year * 12 + local.month, (local.toordinal() - 1) // 7
