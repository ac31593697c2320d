"""Lines of a sale, the units that came back, and what is left: the latest line of a variant first (R20)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.points.lines import SoldLine


class SaleLine(SoldLine, frozen=True, gc=False):
    """A line as it was reported, without returns; `position` is its index. A negative quantity are units returned."""


class ReturnedLine(Struct, frozen=True, gc=False):
    """Units that a revision of a sale takes off another one, or off itself; `line` says which, negative."""

    returning_sale: int
    returning_revision: int
    line: SaleLine
    recorded_at: datetime | None = None


def count_returned(returned: Iterable[ReturnedLine]) -> dict[UUID, int]:
    """Count the units of each variant that came back."""
    units: dict[UUID, int] = {}
    for one in returned:
        units[one.line.variant_id] = units.get(one.line.variant_id, 0) - one.line.quantity
    return units


def find_excess(lines: Sequence[SaleLine], units: Mapping[UUID, int]) -> dict[UUID, int]:
    """Return the variants of which more units came back than were sold, with the units that were sold."""
    sold: dict[UUID, int] = dict.fromkeys(units, 0)
    for line in lines:
        if line.variant_id in sold:
            sold[line.variant_id] += line.quantity
    return {variant: sold[variant] for variant, count in units.items() if count > sold[variant]}


def take_off(lines: Sequence[SaleLine], returned: Sequence[ReturnedLine]) -> dict[int, int]:
    """Return the units that came back of each line, by position: off the latest line of the variant first."""
    left = count_returned(returned)
    taken: dict[int, int] = {}
    for line in sorted(lines, key=_position, reverse=True):
        if units := min(left.get(line.variant_id, 0), line.quantity):
            taken[line.position] = units
            left[line.variant_id] -= units
    return taken


def net_lines(lines: Sequence[SaleLine], returned: Sequence[ReturnedLine]) -> tuple[SoldLine, ...]:
    """Return the lines as they count: net of returns, 0 where everything came back."""
    if not returned:
        return tuple(lines)
    taken = take_off(lines, returned)
    return tuple(
        [
            replace(line, quantity=line.quantity - taken[line.position]) if line.position in taken else line
            for line in lines
        ]
    )


def _position(line: SaleLine) -> int:
    return line.position
