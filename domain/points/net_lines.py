"""Net lines: what is left of the lines of a sale after returns (R20)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec.structs import replace

from domain.points.lines import SoldLine


def net_lines(lines: Sequence[SoldLine], returned: Mapping[UUID, int]) -> tuple[SoldLine, ...]:
    """Take returned units, given by variant, off the lines of a sale: off the latest line of the variant first.

    Lines keep their order and their positions; one of which everything came back has a quantity of 0.
    """
    if not returned:
        return tuple(lines)
    left = dict(returned)
    net: list[SoldLine] = []
    for line in reversed(lines):
        back = min(left.get(line.variant_id, 0), line.quantity)
        if back:
            left[line.variant_id] -= back
            line = replace(line, quantity=line.quantity - back)  # noqa: PLW2901 - the same line, net
        net.append(line)
    return tuple(reversed(net))
