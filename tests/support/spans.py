"""Sets of serials, written short."""

from domain.spans import Span, Spans


def spans(*pairs: tuple[int, int]) -> Spans:
    """The set of these ranges."""
    return Spans(tuple(Span(first, last) for first, last in pairs))
