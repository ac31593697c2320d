"""The mutation declarePacks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.consignments.custody_reads import HOLDERS_OF_SERIALS
from db.consignments.pack_changes import add_packs
from db.consignments.pack_reads import LOCK_PLACES_ON_HAND, PACKS_OF_SERIALS
from db.consignments.pack_rows import PackRow
from db.sessions import DuplicateKey, TransactionConflict, Writing
from domain.consignments.facts import Condition, MovementKind
from domain.consignments.failures import SerialsPacked
from domain.consignments.guards import CONSIGNMENT_GUARDS, ConsignmentAction
from domain.consignments.packs import MOST_PACKS, normalize_sscc, sscc_problems
from domain.consignments.ranges import MOST_RANGES, merge, occurrence_problems, range_problems
from domain.failures import Path, Problem, UserErrorCode
from domain.spans import Span, Spans
from resolvers.consignments.locking import Chain, Line, lock_own_chain
from resolvers.consignments.moving import record_movements
from resolvers.consignments.pack_codes import choose_codes
from resolvers.consignments.shortages import raise_shortage
from resolvers.consignments.steps import Occasion, Step, on_hand
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.validation import reject_invalid

_CODES: Final = "uq_pack__sscc"


class NewPack(Struct, frozen=True):
    """A pack to make of serials of a variant; the server makes its code if `sscc` is None."""

    variant_id: UUID
    serials: tuple[Span, ...]
    sscc: str | None = None


class DeclarePacks(Struct, frozen=True):
    """Put coupons on hand into packs."""

    consignment_id: UUID
    packs: tuple[NewPack, ...]
    occurred_at: datetime | None
    idempotency_key: str


async def declare_packs(operation: Operation, command: DeclarePacks) -> UUID:
    """Make packs of good coupons that the vendor has on hand, and return the id of the request.

    Raises InvalidInput, NotFound, IllegalState, SerialsNotHeld, SerialsPacked, NoCompanyPrefix, SsccsExhausted,
    OccurredTooEarly and IdempotencyMismatch.
    """
    reject_invalid(_problems(command, operation.now))
    request_id = operation.new_id()
    async with operation.writing() as session:
        earlier = await claim_key(operation, session, command, result_id=request_id)
        if earlier:
            return earlier
        chain, leg = await lock_own_chain(operation, session, command.consignment_id)
        CONSIGNMENT_GUARDS.check(ConsignmentAction.DECLARE_PACKS, chain.facts, operation.viewer)
        lines = _find_lines(chain, command)
        await session.fetch(LOCK_PLACES_ON_HAND, line_ids=sorted({line.id for line in lines}), leg=leg)
        for line in dict.fromkeys(lines):
            await _require_loose(operation, session, (chain, leg, line), _of_line(command, lines, line))
        packs = await _add(operation, session, (lines, leg), command)
        steps = [
            _step((chain, leg), line, pack, index) for index, (line, pack) in enumerate(zip(lines, packs, strict=True))
        ]
        occasion = Occasion(request_id=request_id, occurred_at=command.occurred_at)
        await record_movements(operation, session, chain, steps, occasion)
    return request_id


def _problems(command: DeclarePacks, now: datetime) -> Iterator[Problem]:
    yield from occurrence_problems(command.occurred_at, now)
    if not command.packs:
        yield Problem(UserErrorCode.REQUIRED, "Name at least one pack.", ("packs",))
    if len(command.packs) > MOST_PACKS:
        message = f"Declare at most {MOST_PACKS:,} packs at once, not {len(command.packs):,}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("packs",))
        return
    count = sum(len(pack.serials) for pack in command.packs)
    if count > MOST_RANGES:
        message = f"Name at most {MOST_RANGES:,} ranges at once, not {count:,}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("packs",))
        return
    faulty = False
    for index, pack in enumerate(command.packs):
        problems = list(range_problems(pack.serials, ("packs", str(index), "serials")))
        faulty = faulty or bool(problems)
        yield from problems
    if not faulty:
        yield from _overlap_problems(command.packs)
    yield from _code_problems(command.packs)


def _overlap_problems(packs: Sequence[NewPack]) -> Iterator[Problem]:
    placed = sorted((span, index) for index, pack in enumerate(packs) for span in pack.serials)
    for (before, _), (span, index) in pairwise(placed):
        if span.first <= before.last:
            message = f"The ranges {before} and {span} of two packs overlap. A coupon is in one pack only."
            yield Problem(UserErrorCode.DUPLICATE, message, ("packs", str(index), "serials"))
            return


def _code_problems(packs: Sequence[NewPack]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, pack in enumerate(packs):
        if pack.sscc is None:
            continue
        path = ("packs", str(index), "sscc")
        problems = list(sscc_problems(pack.sscc, path))
        yield from problems
        sscc = normalize_sscc(pack.sscc)
        if not problems and sscc in seen:
            yield Problem(UserErrorCode.DUPLICATE, f"Two packs have the SSCC {sscc}.", path)
        seen.add(sscc)


def _find_lines(chain: Chain, command: DeclarePacks) -> list[Line]:
    """The line of each pack. Raises InvalidInput for variants that the consignment does not have."""
    by_variant: Mapping[UUID, Line] = {line.variant_id: line for line in chain.lines}
    reject_invalid(
        Problem(UserErrorCode.NOT_FOUND, f"{chain.code} has no such variant.", ("packs", str(index), "variantId"))
        for index, pack in enumerate(command.packs)
        if pack.variant_id not in by_variant
    )
    return [by_variant[pack.variant_id] for pack in command.packs]


def _of_line(command: DeclarePacks, lines: Sequence[Line], line: Line) -> list[tuple[Span, int]]:
    """The ranges of a line, each with the index of its pack."""
    return [(span, index) for index, pack in enumerate(command.packs) if lines[index] is line for span in pack.serials]


async def _require_loose(
    operation: Operation, session: Writing, place: tuple[Chain, int, Line], given: Sequence[tuple[Span, int]]
) -> None:
    """Check that serials of a line are good, on hand, and in no pack. Raises SerialsNotHeld and SerialsPacked."""
    chain, leg, line = place
    spans = Spans.of(span for span, _ in given)
    rows = await session.fetch(HOLDERS_OF_SERIALS, line_ids=[line.id], spans=spans.text)
    here = (leg, None, Condition.GOOD)
    held = Spans.of(span for row in rows if (row.leg, row.batch_id, row.condition) == here for span in row.spans)
    if absent := spans - held:
        step = Step(
            kind=MovementKind.PACKED,
            line=line,
            source=on_hand(leg),
            target=on_hand(leg),
            spans=absent,
            quantity=absent.quantity,
            vendor_ids=(chain.vendor_of(leg),),
            path=_path_of(absent, given),
        )
        await raise_shortage(operation, session, chain, step, 0)
    for pack in await session.fetch(PACKS_OF_SERIALS, line_id=line.id, spans=spans.text):
        both = pack.spans & spans
        raise SerialsPacked(
            _path_of(both, given), sku=line.sku, variant_id=line.variant_id, sscc=pack.sscc, serials=both
        )


def _path_of(serials: Spans, given: Sequence[tuple[Span, int]]) -> Path:
    """The path of the serials of the pack that names the first of these."""
    first = serials.spans[0].first
    index = next(index for span, index in given if span.first <= first <= span.last)
    return ("input", "packs", str(index), "serials")


async def _add(
    operation: Operation, session: Writing, place: tuple[Sequence[Line], int], command: DeclarePacks
) -> list[PackRow]:
    lines, leg = place
    codes = await choose_codes(session, [pack.sscc for pack in command.packs])
    packs = [
        PackRow(
            id=operation.new_id(),
            sscc=code,
            line_id=line.id,
            leg=leg,
            batch_id=None,
            quantity=(spans := merge(pack.serials)).quantity,
            text=spans.text,
        )
        for pack, line, code in zip(command.packs, lines, codes, strict=True)
    ]
    try:
        await add_packs(session, packs, command.occurred_at or operation.now, operation.viewer.account_id)
    except DuplicateKey as duplicate:
        if duplicate.constraint != _CODES:
            raise
        # Another vendor used one of the codes in the meantime. The next attempt says which one.
        raise TransactionConflict from duplicate
    return packs


def _step(place: tuple[Chain, int], line: Line, pack: PackRow, index: int) -> Step:
    chain, leg = place
    return Step(
        kind=MovementKind.PACKED,
        line=line,
        source=on_hand(leg),
        target=on_hand(leg),
        spans=pack.spans,
        quantity=pack.quantity,
        vendor_ids=(chain.vendor_of(leg),),
        pack_id=pack.id,
        path=("input", "packs", str(index), "serials"),
    )
