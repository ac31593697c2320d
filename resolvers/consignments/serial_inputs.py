"""What a client names on one line: a variant with a quantity or ranges of serials; and how it is checked."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from msgspec import Struct

from domain.consignments.packs import MOST_PACKS, pack_list_problems
from domain.consignments.ranges import overlap_problems, quantity_problems, range_problems
from domain.failures import Path, Problem, UserErrorCode
from domain.spans import Span
from resolvers.consignments.locking import Chain, Line
from resolvers.validation import reject_invalid


class SerialLine(Struct, frozen=True):
    """Serials of a variant: ranges and packs of them, or so many of the lowest."""

    variant_id: UUID
    quantity: int | None = None
    serials: tuple[Span, ...] | None = None
    packs: tuple[str, ...] | None = None


class NamedLine(Struct, frozen=True):
    """Serials of a variant, always by name: ranges, packs, or both."""

    variant_id: UUID
    serials: tuple[Span, ...] | None = None
    packs: tuple[str, ...] | None = None


def line_problems(lines: Sequence[SerialLine]) -> Iterator[Problem]:
    """Problems of lines that name serials: no variant, one twice, neither or both of quantity and names."""
    yield from variant_problems([line.variant_id for line in lines])
    for index, line in enumerate(lines):
        path = ("lines", str(index))
        if (line.quantity is None) is (line.serials is None and line.packs is None):
            message = "State either a quantity, or ranges of serials and packs."
            code = UserErrorCode.REQUIRED if line.quantity is None else UserErrorCode.CONFLICT
            yield Problem(code, message, path)
        elif line.quantity is not None:
            yield from quantity_problems(line.quantity, (*path, "quantity"))
        else:
            yield from _named_problems(line.serials, line.packs, path)
    yield from pack_count_problems([line.packs for line in lines])


def named_line_problems(lines: Sequence[NamedLine]) -> Iterator[Problem]:
    """Problems of lines that name serials."""
    yield from variant_problems([line.variant_id for line in lines])
    for index, line in enumerate(lines):
        path = ("lines", str(index))
        if line.serials is None and line.packs is None:
            yield from range_problems((), (*path, "serials"))
        yield from _named_problems(line.serials, line.packs, path)
    yield from pack_count_problems([line.packs for line in lines])


def _named_problems(serials: Sequence[Span] | None, packs: Sequence[str] | None, path: Path) -> Iterator[Problem]:
    if serials is not None:
        yield from range_problems(serials, (*path, "serials"))
    if packs is not None:
        yield from pack_list_problems(packs, (*path, "packs"))


def pack_count_problems(lists: Sequence[Sequence[str] | None]) -> Iterator[Problem]:
    """A problem of lists of packs that together are too long."""
    count = sum(len(packs) for packs in lists if packs is not None and len(packs) <= MOST_PACKS)
    if count > MOST_PACKS:
        message = f"Name at most {MOST_PACKS:,} packs at once, not {count:,}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("lines",))


def variant_problems(variant_ids: Sequence[UUID]) -> Iterator[Problem]:
    """Problems of the variants of lines: none, or one of them twice."""
    if not variant_ids:
        yield Problem(UserErrorCode.REQUIRED, "Name at least one variant.", ("lines",))
    seen: set[UUID] = set()
    for index, variant_id in enumerate(variant_ids):
        if variant_id in seen:
            message = "This variant is named twice. Put all of it on one line."
            yield Problem(UserErrorCode.DUPLICATE, message, ("lines", str(index), "variantId"))
        seen.add(variant_id)


def overlaps(lists: Sequence[tuple[Sequence[Span] | None, Path]]) -> Iterator[Problem]:
    """A problem where lists of ranges overlap; lists that were left out are None."""
    yield from overlap_problems([(spans, path) for spans, path in lists if spans is not None])


def find_lines(chain: Chain, variant_ids: Sequence[UUID]) -> list[Line]:
    """The line of each variant in a consignment. Raises InvalidInput for variants that it does not have."""
    found = [chain.line_of(variant_id) for variant_id in variant_ids]
    reject_invalid(
        Problem(UserErrorCode.NOT_FOUND, f"{chain.code} has no such variant.", ("lines", str(index), "variantId"))
        for index, line in enumerate(found)
        if line is None
    )
    return [line for line in found if line is not None]
