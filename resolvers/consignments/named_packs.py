"""Expand the packs that a client names to the serials inside, behind the locks of their places."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from uuid import UUID

from msgspec import Struct

from db.consignments.pack_reads import CONTENTS, LOCK_PLACES_ON_HAND, OPEN_PACKS
from db.consignments.pack_rows import PackRow
from db.sessions import Writing
from domain.consignments.facts import Condition
from domain.consignments.failures import PackNotHeld
from domain.consignments.packs import PackPlace, normalize_sscc
from domain.consignments.ranges import merge
from domain.failures import InvalidInput, Path, Problem, UserErrorCode
from domain.spans import Span, Spans
from resolvers.consignments.locking import Chain, Line
from resolvers.consignments.serial_inputs import NamedLine, SerialLine
from resolvers.consignments.shortages import name_vendor
from resolvers.context import Operation


class Named(Struct, frozen=True):
    """What a line names: ranges, and packs by code in the field `packs_field`. Without a line, packs of any line."""

    line: Line | None
    serials: Sequence[Span] | None
    packs: Sequence[str] | None
    path: Path
    packs_field: str = "packs"

    @property
    def names_any(self) -> bool:
        """Whether ranges or packs were stated."""
        return self.serials is not None or self.packs is not None

    @property
    def pack_path(self) -> Path:
        """The path of the packs."""
        return (*self.path, self.packs_field)

    @property
    def full_path(self) -> Path:
        """The path of the ranges, or of the packs if there are no ranges, from the arguments of the mutation."""
        return ("input", *self.path, "serials" if self.serials is not None else self.packs_field)


def name_lines(given: Sequence[NamedLine | SerialLine], lines: Sequence[Line]) -> list[Named]:
    """What each of the lines of an input names."""
    return [
        Named(line=line, serials=each.serials, packs=each.packs, path=("lines", str(index)))
        for index, (each, line) in enumerate(zip(given, lines, strict=True))
    ]


async def expand_on_hand(
    operation: Operation, session: Writing, place: tuple[Chain, int], named: Sequence[Named], *, only_good: bool = False
) -> list[Spans]:
    """Return the serials of each line: its ranges, and those in its packs, which must be on hand at the leg.

    With `only_good`, recalled serials inside the packs are left out. Raises PackNotHeld and InvalidInput.
    """
    chain, leg = place
    packed = [each.line.id for each in named if each.line and each.packs]
    if not packed:
        return [merge(each.serials) for each in named]
    await session.fetch(LOCK_PLACES_ON_HAND, line_ids=packed, leg=leg)
    found = await find_packs(operation, session, chain, named, places=(PackPlace(leg, None),), phrase="on hand")
    spans = await _good_spans(session, found) if only_good else {row.id: row.spans for row in found.values()}
    return [unite(each, found, spans) for each in named]


async def find_packs(  # noqa: PLR0913 - what the sentence about a pack elsewhere needs, by name
    operation: Operation,
    session: Writing,
    chain: Chain,
    named: Sequence[Named],
    *,
    places: Sequence[PackPlace],
    phrase: str,
) -> Mapping[str, PackRow]:
    """Find packs by their codes; each must contain serials of its line and be at one of the places.

    Raises PackNotHeld.
    """
    ssccs = sorted({normalize_sscc(text) for each in named for text in each.packs or ()})
    found = {row.sscc: row for row in await session.fetch(OPEN_PACKS, ssccs=ssccs)} if ssccs else {}
    for each in named:
        for index, text in enumerate(each.packs or ()):
            sscc, path = normalize_sscc(text), ("input", *each.pack_path, str(index))
            row = found.get(sscc)
            if row is None or row.line_id not in {line.id for line in chain.lines}:
                message = f"{chain.code} has no pack {sscc}. If it was opened, name its serials."
                raise PackNotHeld(message, path, sscc=sscc)
            if each.line is not None and row.line_id != each.line.id:
                message = f"Pack {sscc} contains {chain.line(row.line_id).sku}, not {each.line.sku}."
                raise PackNotHeld(message, path, sscc=sscc)
            if PackPlace(row.leg, row.batch_id) not in places:
                where = _whereabouts(operation, chain, row)
                raise PackNotHeld(f"Pack {sscc} is not {phrase}: {where}.", path, sscc=sscc)
    return found


def _whereabouts(operation: Operation, chain: Chain, row: PackRow) -> str:
    if row.batch_id is not None:
        return f"it is on its way to {name_vendor(operation, chain, row.leg + 1)}"
    return f"{name_vendor(operation, chain, row.leg)} holds it"


async def _good_spans(session: Writing, found: Mapping[str, PackRow]) -> Mapping[UUID, Spans]:
    """What packs contain that is good, by the id of the pack."""
    contents = await session.fetch(CONTENTS, ids=[row.id for row in found.values()])
    return {row.pack_id: Spans.parse(row.text) for row in contents if row.condition == Condition.GOOD}


def unite(named: Named, found: Mapping[str, PackRow], spans: Mapping[UUID, Spans]) -> Spans:
    """The ranges and the serials of the packs of a line together. Raises InvalidInput where they overlap.

    `spans` are the serials of each pack that count. Raises PackNotHeld for a pack without any.
    """
    inside: list[tuple[Span, int]] = []
    for index, text in enumerate(named.packs or ()):
        pack = found[normalize_sscc(text)]
        if pack.id not in spans:
            message = f"All coupons in pack {pack.sscc} are void."
            raise PackNotHeld(message, ("input", *named.pack_path, str(index)), sscc=pack.sscc)
        inside += [(span, index) for span in spans[pack.id]]
    placed = sorted([*inside, *((span, -1) for span in named.serials or ())])
    for (before, one), (span, other) in pairwise(placed):
        if span.first <= before.last:
            index = max(one, other)
            sscc = normalize_sscc((named.packs or ())[index])
            both = Spans((Span(span.first, min(span.last, before.last)),)).describe()
            message = f"Pack {sscc} contains {both}, which the ranges name, too. Name each coupon once."
            raise InvalidInput(Problem(UserErrorCode.DUPLICATE, message, ("input", *named.pack_path, str(index))))
    return Spans.of(span for span, _ in placed)
