"""The facts of the few lines that a simulation shows, by the fold of the ledger (N7)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.channels import EarningChannel
from domain.points.fold import FoldLine, FreshFacts, LineValue, fold
from domain.points.lines import SalePlace
from domain.points.pools import NO_POOLS
from domain.points.valuation_facts import earner_facts, encode_facts
from domain.simulations.arrivals import Changes
from domain.simulations.records import LineKey, LineRecord, LiveValue, Piece, moment_of
from domain.simulations.stage import Earner, Stage
from domain.simulations.tally import Candidate

_CANDIDATES: Final = msgspec.msgpack.Decoder(list[Candidate])


class ExampleLine(Struct, frozen=True, array_like=True):
    """A line whose value changes, with the facts of both valuations; a side without a valuation has none.

    The variant is given by its number in the setup; -1 where the draft does not include it.
    """

    ecp: int
    sold_at: int
    sale: int
    position: int
    variant: int
    points: int
    live_points: int
    base: int
    facts: bytes | None
    live_revision: int | None
    live_base: int
    live_facts: bytes | None


def explain_lines(stage: Stage, pieces: Iterable[Piece], encoded: bytes) -> list[ExampleLine]:
    """Explain candidates, in their order; the pieces have their ECPs."""
    candidates = _CANDIDATES.decode(encoded)
    wanted = {one.ecp for one in candidates}
    values: dict[tuple[int, LineKey], tuple[LineValue, int]] = {}
    live: dict[tuple[int, LineKey], LiveValue] = {}
    for piece in pieces:
        earners, changes = stage.read_earners(piece.earners, piece.activities), Changes(piece)
        live.update({(ecp, key): value for ecp, key, value in piece.read_live() if ecp in wanted})
        for ecp, rows in piece.lines_by_ecp():
            if ecp in wanted:
                records = [one for revision in changes.revisions(ecp, rows) for one in revision.at_last]
                folded = fold(fold_lines(stage, earners[ecp], records), stage.begin(), NO_POOLS)
                for record, value in zip(records, folded, strict=True):
                    values[ecp, (record.sold_at, record.sale, record.position)] = value, record.variant
    return [_example(one, values, live) for one in candidates]


def decode_examples(encoded: bytes) -> list[ExampleLine]:
    """Decode examples."""
    return msgspec.msgpack.decode(encoded, type=list[ExampleLine])


def _example(
    one: Candidate,
    values: Mapping[tuple[int, LineKey], tuple[LineValue, int]],
    live: Mapping[tuple[int, LineKey], LiveValue],
) -> ExampleLine:
    key = one.ecp, (one.sold_at, one.sale, one.position)
    found, before = values.get(key), live.get(key)
    facts, variant = None, -1
    if found is not None:
        # What limits over all ECPs and the budget left is known only to who granted it.
        facts, variant = encode_facts(replace(found[0].facts, paid=one.paid, cuts=one.cuts)), found[1]
    return ExampleLine(
        ecp=one.ecp,
        sold_at=one.sold_at,
        sale=one.sale,
        position=one.position,
        variant=variant,
        points=one.points,
        live_points=one.live_points,
        base=one.base,
        facts=facts,
        live_revision=None if before is None else before.revision,
        live_base=0 if before is None else before.base,
        live_facts=None if before is None else before.facts,
    )


def fold_lines(stage: Stage, earner: Earner, records: Sequence[LineRecord]) -> list[FoldLine]:
    """The lines of an ECP as the fold takes them, if none was valued before."""
    lines: list[FoldLine] = []
    for one in records:
        at = moment_of(one.sold_at)
        month, week = stage.periods(one.sold_at)
        channel = EarningChannel.COUPON if one.is_coupon else EarningChannel.SALE
        variant_id = stage.setup.variants[one.variant]
        lines.append(
            FoldLine(
                place=SalePlace(at, "", ""),
                number=one.sale,
                position=one.position,
                channel=channel,
                variant_id=variant_id,
                quantity=one.quantity,
                mask=stage.plan.mask_of(channel, variant_id) if one.quantity else 0,
                value=one.price * one.quantity,
                month=month,
                week=week,
                revision=stage.revision,
                compiled=stage.compiled_at(one.sold_at),
                fresh=_fresh_facts(stage, earner, one, at),
            )
        )
    return lines


def _fresh_facts(stage: Stage, earner: Earner, record: LineRecord, at: datetime) -> FreshFacts:
    moment = record.sold_at
    span, category = earner.at(moment), stage.category_at(record.variant, moment)
    outside = stage.period_obstacles(moment, is_coupon=bool(record.is_coupon))
    return FreshFacts(
        earner=span.context,
        product_id=stage.setup.products[record.variant],
        category_id=category,
        obstacles=(*stage.earner_obstacles(span, moment), *outside),
        static=earner_facts(stage.revision.needs, span.context, category, at),
    )
