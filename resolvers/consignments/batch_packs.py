"""Expand the packs that a receiver or Operations names to the serials of a batch or of a discrepancy."""

from collections.abc import Sequence

from msgspec import Struct

from db.consignments.rows import BatchRow, DiscrepancyRow
from db.sessions import Writing
from domain.consignments.facts import DiscrepancyKind
from domain.consignments.failures import PackNotHeld
from domain.consignments.packs import PackPlace, normalize_sscc
from domain.failures import Problem, UserErrorCode
from domain.spans import Span, Spans
from resolvers.consignments.locking import Chain
from resolvers.consignments.named_packs import Named, find_packs, unite
from resolvers.context import Operation
from resolvers.validation import reject_invalid


class NamedSerials(Struct, frozen=True):
    """The serials that a line of a receipt names, in packs or not; `accepted` is None if it names none."""

    accepted: Spans | None
    damaged: Spans


async def expand_receipt(
    operation: Operation, session: Writing, place: tuple[Chain, BatchRow], named: Sequence[tuple[Named, Named]]
) -> list[NamedSerials]:
    """Return the serials that each line of a receipt names as accepted and as damaged. The batch must be locked.

    Packs may be in the batch, or with the sender: those were not sent. Raises PackNotHeld and InvalidInput.
    """
    chain, batch = place
    places = (PackPlace(batch.from_leg, batch.id), PackPlace(batch.from_leg, None))
    lists = [each for pair in named for each in pair]
    found = await find_packs(operation, session, chain, lists, places=places, phrase=f"in {batch.code}")
    inside = {row.id: row.spans for row in found.values()}
    lines = [(unite(accepted, found, inside), unite(damaged, found, inside)) for accepted, damaged in named]
    reject_invalid(
        Problem(
            UserErrorCode.DUPLICATE,
            f"You state {both.describe()} both as accepted and as damaged. Name each coupon once.",
            pair[0].path,
        )
        for pair, (accepted, damaged) in zip(named, lines, strict=True)
        if (both := accepted & damaged)
    )
    return [
        NamedSerials(accepted=accepted if pair[0].names_any else None, damaged=damaged)
        for pair, (accepted, damaged) in zip(named, lines, strict=True)
    ]


async def expand_outcomes(
    operation: Operation,
    session: Writing,
    place: tuple[Chain, BatchRow, DiscrepancyRow],
    outcomes: Sequence[tuple[str, Sequence[Span] | None, Sequence[str] | None]],
) -> dict[str, tuple[Span, ...] | None]:
    """Return the serials of each outcome of a resolution, with those of its packs that are open in the discrepancy.

    The batch must be locked. Raises PackNotHeld and InvalidInput.
    """
    chain, batch, discrepancy = place
    line = chain.line(discrepancy.line_id)
    named = [
        Named(line=line, serials=serials, packs=packs, path=(), packs_field=f"{name}Packs")
        for name, serials, packs in outcomes
    ]
    over_sent = discrepancy.kind == DiscrepancyKind.OVER_SENT
    where = PackPlace(batch.from_leg, None if over_sent else batch.id)
    phrase = "open in this discrepancy"
    found = await find_packs(operation, session, chain, named, places=(where,), phrase=phrase)
    inside = {row.id: both for row in found.values() if (both := row.spans & discrepancy.open_spans)}
    for each in named:
        for index, text in enumerate(each.packs or ()):
            pack = found[normalize_sscc(text)]
            if pack.id not in inside:
                path = ("input", *each.pack_path, str(index))
                raise PackNotHeld(f"Pack {pack.sscc} is not {phrase}.", path, sscc=pack.sscc)
    return {
        name: None if serials is None and packs is None else tuple(unite(each, found, inside))
        for (name, serials, packs), each in zip(outcomes, named, strict=True)
    }
