"""Sets of serials as sorted ranges: what `int8multirange` is in PostgreSQL.

All operations take time linear in the number of ranges, but for sorting ranges that come from outside.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

# Serials have 32 bits.
LAST_SERIAL: Final = 2**32 - 1
_RANGE: Final = re.compile(r"\[([0-9]+),([0-9]+)\)")


class Span(Struct, frozen=True, order=True):
    """The serials from `first` to `last`, both included."""

    first: int
    last: int

    @property
    def quantity(self) -> int:
        """How many serials there are."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        # Serials identify coupons: they read as on labels and in files, without separators.
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


class Spans(Struct, frozen=True):
    """A set of serials: sorted ranges that neither overlap nor touch."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, spans: Iterable[Span]) -> "Spans":
        """The union of ranges in any order, which may overlap."""
        merged: list[Span] = []
        for span in sorted(spans):
            if merged and span.first <= merged[-1].last + 1:
                if span.last > merged[-1].last:
                    merged[-1] = Span(merged[-1].first, span.last)
            else:
                merged.append(span)
        return cls(tuple(merged))

    @classmethod
    def parse(cls, text: str) -> "Spans":
        """Read the text of a range or a multirange of PostgreSQL, like `{[1,5),[7,9)}`."""
        return cls(tuple(Span(int(first), int(end) - 1) for first, end in _RANGE.findall(text)))

    @property
    def text(self) -> str:
        """The text of the multirange."""
        return "{" + ",".join(f"[{span.first},{span.last + 1})" for span in self.spans) + "}"

    @property
    def quantity(self) -> int:
        """How many serials there are."""
        return sum(span.last - span.first for span in self.spans) + len(self.spans)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __iter__(self) -> Iterator[Span]:
        return iter(self.spans)

    def __contains__(self, serial: int) -> bool:
        return bool(self & Spans((Span(serial, serial),)))

    def __or__(self, other: "Spans") -> "Spans":
        return Spans.of((*self.spans, *other.spans))

    def __and__(self, other: "Spans") -> "Spans":
        found: list[Span] = []
        mine, theirs = iter(self.spans), iter(other.spans)
        one, two = next(mine, None), next(theirs, None)
        while one is not None and two is not None:
            first, last = max(one.first, two.first), min(one.last, two.last)
            if first <= last:
                found.append(Span(first, last))
            if one.last < two.last:
                one = next(mine, None)
            else:
                two = next(theirs, None)
        return Spans(tuple(found))

    def __sub__(self, other: "Spans") -> "Spans":
        rest: list[Span] = []
        theirs = iter(other.spans)
        two = next(theirs, None)
        for one in self.spans:
            first = one.first
            while two is not None and two.last < first:
                two = next(theirs, None)
            while two is not None and two.first <= one.last:
                if two.first > first:
                    rest.append(Span(first, two.first - 1))
                first = two.last + 1
                if two.last > one.last:
                    break
                two = next(theirs, None)
            if first <= one.last:
                rest.append(Span(first, one.last))
        return Spans(tuple(rest))

    def lowest(self, quantity: int) -> "Spans":
        """The `quantity` lowest serials, or all of them if there are fewer."""
        taken: list[Span] = []
        for span in self.spans:
            if quantity <= 0:
                break
            taken.append(Span(span.first, min(span.last, span.first + quantity - 1)))
            quantity -= span.quantity
        return Spans(tuple(taken))

    def describe(self, most: int = 3) -> str:
        """The ranges as words, at most so many: “5 to 9, 12, and 3 more ranges”."""
        shown = [str(span) for span in self.spans[:most]]
        if rest := len(self.spans) - len(shown):
            shown.append(f"{rest:,} more {'range' if rest == 1 else 'ranges'}")
        return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
