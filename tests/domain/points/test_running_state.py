"""The state of an account holds any sum of values, and rules read a bounded one (R21)."""

from uuid import UUID

import pytest
from msgspec import Struct, field

from domain.points.running_state import VALUE_SCALE, AccountState, RunningState, VolumeMember
from domain.rules.bounds import MAX_SAFE_INT
from domain.rules.facts import VolumeKey
from domain.rules.model import VolumeMeasure, VolumePeriod

VALUE = VolumeKey(VolumeMeasure.VALUE, VolumePeriod.MONTH)
UNITS = VolumeKey(VolumeMeasure.UNITS, VolumePeriod.MONTH)


class Layout(Struct):
    """Two volumes of the month."""

    volumes: tuple[VolumeKey, ...] = (VALUE, UNITS)
    usages: tuple[UUID, ...] = ()
    month_volumes: list[int] = field(default_factory=lambda: [0, 1])
    week_volumes: list[int] = []
    newest: int = 1

    def members(self, mask: int) -> list[VolumeMember]:
        """Both."""
        return [(at, key, key is VALUE) for at, key in enumerate(self.volumes) if mask >> at & 1]


@pytest.mark.parametrize("value", [0, 2**62 - 1, 2**62, 2**64 + 7, 10**30])
def test_a_state_is_stored_exactly(value: int) -> None:
    """R21: beyond the integers of the encoding too."""
    state = AccountState(revision=1, currency="INR", volumes=(value, 3), usages=(1, 2, 3))
    assert AccountState.decode(state.encode()) == state


def test_sums_of_large_values_are_exact_and_rules_read_bounded_ones() -> None:
    """R21: a return takes exactly its value off, however large the volume is."""
    layout = Layout()
    state = RunningState(layout, "INR")
    largest = 10**12 * VALUE_SCALE
    for _ in range(10_000):
        state.add(0b11, 1_000_000, largest)
    assert state.amounts == {VALUE: MAX_SAFE_INT, UNITS: 10**10}
    stored = AccountState.decode(state.freeze().encode())
    again = RunningState(layout, "INR", stored)
    for _ in range(9_999):
        again.add(0b01, 0, -largest)
    assert again.amounts[VALUE] == 10**12
