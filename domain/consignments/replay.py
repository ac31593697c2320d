"""Replay the movements of one segment of a line, to compare where they lead with where its serials are."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from domain.spans import Spans


class Part(Struct, frozen=True):
    """The serials of a segment that a movement took from one place to another; places are ids."""

    from_place: int
    to_place: int
    spans: Spans


class Difference(Struct, frozen=True):
    """Serials that a place lacks or has too many of, by the movements."""

    place: int
    lacking: Spans
    extra: Spans


class Replay:
    """The places of a segment as movements change them, from where all of its serials were planned."""

    def __init__(self, place: int, planned: Spans) -> None:
        """Begin with all serials at one place."""
        self._places = {place: planned} if planned else {}

    def move(self, part: Part) -> Spans:
        """Apply the part of a movement; return the serials that were not where it took them from."""
        held = self._places.pop(part.from_place, Spans())
        if rest := held - part.spans:
            self._places[part.from_place] = rest
        self._places[part.to_place] = self._places.get(part.to_place, Spans()) | part.spans
        return part.spans - held

    def differences(self, actual: Mapping[int, Spans]) -> Iterator[Difference]:
        """The places that hold other serials than the movements brought there, in the order of their ids."""
        for place in sorted(self._places.keys() | actual.keys()):
            expected, found = self._places.get(place, Spans()), actual.get(place, Spans())
            if expected != found:
                yield Difference(place, expected - found, found - expected)
