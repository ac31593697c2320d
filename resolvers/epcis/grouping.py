"""Group events that one command can record: the same thing that happened to other coupons of a consignment."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.consignments.ranges import MOST_RANGES
from domain.epcis.statements import Stated, StatementKind
from domain.spans import Span, Spans
from resolvers.epcis.locating import Located, LocatedLine

# Every other kind makes something of its own: a batch, a pack.
_GROUPED: Final = frozenset(
    {
        StatementKind.PRODUCED,
        StatementKind.SPOILED,
        StatementKind.RECEIVED,
        StatementKind.DAMAGED,
        StatementKind.COMMISSIONED,
    }
)


class Understood(Struct, frozen=True):
    """An event that can be recorded, with its id; `content` is what is stored of it."""

    event_id: str
    content: bytes
    stated: Stated


class Placed(Struct, frozen=True):
    """An event with what it is about."""

    event: Understood
    located: Located

    @property
    def event_id(self) -> str:
        """The id of the event."""
        return self.event.event_id

    @property
    def stated(self) -> Stated:
        """What the event states."""
        return self.event.stated


class Group(Struct, frozen=True):
    """Events that one command records, and what they state together."""

    events: tuple[Placed, ...]
    stated: Stated
    located: Located


def split_at_packs(events: Sequence[Understood]) -> list[list[tuple[int, Understood]]]:
    """Split events, with their indexes, before those that name packs that an earlier one may have packed.

    What is in a pack is read when the events before it are recorded.
    """
    parts: list[list[tuple[int, Understood]]] = [[]]
    packed: set[str | None] = set()
    for index, event in enumerate(events):
        if not packed.isdisjoint(event.stated.ssccs):
            parts.append([])
            packed.clear()
        if event.stated.kind is StatementKind.PACKED:
            packed.add(event.stated.parent)
        parts[-1].append((index, event))
    return parts


def group_events(events: Iterable[Placed], *, alone: bool) -> list[Group]:
    """Group events that follow each other; each is in a group of its own if they are to be recorded `alone`.

    A group happened at the time of its earliest event: no later movement of its coupons can seem to be before it.
    """
    groups: list[list[Placed]] = []
    ranges = 0
    for event in events:
        size = sum(len(line.serials or ()) for line in event.located.lines)
        if groups and not alone and _belong_together(groups[-1][-1], event) and ranges + size <= MOST_RANGES:
            groups[-1].append(event)
            ranges += size
        else:
            groups.append([event])
            ranges = size
    return [_merge(group) for group in groups]


def _belong_together(one: Placed, other: Placed) -> bool:
    if one.stated.kind not in _GROUPED or one.stated.counted or other.stated.counted:
        return False
    return _key(one) == _key(other)


def _key(event: Placed) -> tuple[object, ...]:
    stated = event.stated
    return stated.kind, event.located.consignment_id, stated.batch, stated.final


def _merge(events: Sequence[Placed]) -> Group:
    first = events[0]
    if len(events) == 1:
        return Group((first,), first.stated, first.located)
    lines: dict[LocatedLine, list[Span]] = {}
    for event in events:
        for line in event.located.lines:
            lines.setdefault(replace(line, serials=None), []).extend(line.serials or ())
    # Ranges that overlap stay as they are, so that the command rejects them.
    located = replace(
        first.located, lines=tuple(replace(line, serials=_joined(spans)) for line, spans in lines.items())
    )
    occurred_at = min(event.stated.occurred_at for event in events)
    return Group(tuple(events), replace(first.stated, occurred_at=occurred_at), located)


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    joined = Spans.of(spans)
    return joined.spans if joined.quantity == sum(span.quantity for span in spans) else tuple(spans)
