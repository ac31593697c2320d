"""The check of completeness and order: compares the received events with the written ones."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Self

from msgspec import Struct


class Verdict(Struct, frozen=True):
    """The numbers of events that were missing, never written, out of order, or repeated.

    Repetition is allowed because delivery is at least once; the first arrival counts for the order.
    """

    lost: int = 0
    strange: int = 0
    disordered: int = 0
    repeated: int = 0

    @property
    def good(self) -> bool:
        """Whether exactly the written events arrived, in order."""
        return not (self.lost or self.strange or self.disordered)

    def __add__(self, other: Self) -> "Verdict":
        return Verdict(
            lost=self.lost + other.lost,
            strange=self.strange + other.strange,
            disordered=self.disordered + other.disordered,
            repeated=self.repeated + other.repeated,
        )


def judge(got: Sequence[str], written: Sequence[str]) -> Verdict:
    """Compare the events of one subscriber with all written events, in order."""
    order = {key: place for place, key in enumerate(written)}
    first = list(dict.fromkeys(got))
    places = [order[key] for key in first if key in order]
    return Verdict(
        lost=len(order) - len(places),
        strange=len(first) - len(places),
        disordered=sum(one > other for one, other in pairwise(places)),
        repeated=len(got) - len(first),
    )
