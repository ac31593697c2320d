"""Reads what a simulation replays: its setup once, and then the sales of some ECPs at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from db.points.posting_reads import (
    ACTIVITIES_OF_ECPS,
    CATEGORY_VERSIONS,
    PRODUCTS_OF_VARIANTS,
    RANK_VERSIONS,
    REVISION_CONTENTS,
)
from db.sessions import Fetching
from db.simulations import replay_reads as statements
from db.simulations.reads import LIVE_SCHEME
from db.simulations.rows import EcpOfPieceRow, SimulationRow, SupersededRow
from domain.channels import EarningChannel
from domain.points.valuation_facts import FactNeeds
from domain.rules.facts import needed_activities, needed_volumes
from domain.rules.model import BonusRule, VolumeMeasure
from domain.schemes.content import SchemeContent, canonical_json
from domain.simulations.records import EarnerSpan, Piece, Superseded, microseconds_of
from domain.simulations.sentences import has_pools
from domain.simulations.stage import Setup
from resolvers.context import Operation
from resolvers.points.earners import EarnerMoment, earners_at

_LAST_ECP: Final = 2**31 - 1
_PIECES: Final = msgspec.msgpack.Encoder()


class Reel(Struct, frozen=True):
    """What all pieces of a simulation share. `live_rules` are those of approved revisions, the newest last."""

    row: SimulationRow
    content: SchemeContent
    setup: Setup
    since: datetime
    until: datetime
    live: int | None
    live_rules: tuple[BonusRule, ...]
    superseded: Mapping[int, list[SupersededRow]]

    @property
    def keeps_order(self) -> bool:
        """Whether points depend on the order of recording, so that all ECPs are replayed together."""
        return has_pools(self.content)

    @property
    def enrolls_in(self) -> UUID:
        """The scheme whose enrollments count."""
        return self.row.live_id or self.row.scheme_id


async def load_reel(operation: Operation, row: SimulationRow) -> Reel:
    """Load the setup of a simulation."""
    program = await operation.program()
    calendar = program.calendar
    content = msgspec.json.decode(row.content_json, type=SchemeContent)
    since, until = calendar.start_of_day(row.from_day), calendar.end_of_day(row.to_day)
    if row.live_id is None:
        # A new draft is tried as if it ran on all days of the period.
        dates = replace(content.basics, starts_on=row.from_day, ends_on=row.to_day)
        content = replace(content, basics=dates)
    live, revisions = None, []
    if row.live_id is not None:
        (scheme,) = await operation.fetch(LIVE_SCHEME, id=row.live_id)
        live = scheme.number
        stored = await operation.fetch(REVISION_CONTENTS, ids=[row.live_id])
        revisions = [
            (one.number, msgspec.json.decode(one.content_json, type=SchemeContent).rules)
            for one in sorted(stored, key=lambda one: one.number)
        ]
    products, categories = await _load_products(operation, content)
    ranks = [(microseconds_of(one.valid_from), one.tier_id, one.rank) for one in await operation.fetch(RANK_VERSIONS)]
    setup = Setup(
        content=canonical_json(content),
        zone=str(calendar.zone),
        currency=program.currency,
        is_draft=row.live_id is None,
        enrolled_at=microseconds_of(since),
        variants=content.variant_ids,
        products=products,
        categories=categories,
        ranks=tuple(ranks),
        live_rules=tuple((number, tuple(rule.id for rule in rules)) for number, rules in revisions),
    )
    superseded: dict[int, list[SupersededRow]] = defaultdict(list)
    for one in await operation.fetch(statements.SUPERSEDED, known_at=row.known_at, since=since, until=until):
        superseded[one.ecp].append(one)
    return Reel(
        row=row,
        content=content,
        setup=setup,
        since=since,
        until=until,
        live=live,
        live_rules=tuple(rule for _, rules in revisions for rule in rules),
        superseded=superseded,
    )


async def _load_products(
    fetching: Fetching, content: SchemeContent
) -> tuple[tuple[UUID, ...], tuple[tuple[tuple[int, UUID], ...], ...]]:
    """The products of the variants, and the categories of these over time where a rule asks for them."""
    found = await fetching.fetch(PRODUCTS_OF_VARIANTS, ids=list(content.variant_ids))
    by_variant = {row.id: row.product_id for row in found}
    products = tuple(by_variant[key] for key in content.variant_ids)
    versions: dict[UUID, list[tuple[int, UUID]]] = defaultdict(list)
    if FactNeeds(content.rules).category:
        for one in await fetching.fetch(CATEGORY_VERSIONS, ids=list(set(products))):
            versions[one.product_id].append((microseconds_of(one.valid_from), one.category_id))
    return products, tuple(tuple(versions.get(key, ())) for key in products)


async def read_piece(operation: Operation, reel: Reel, first: int, last: int | None) -> bytes:
    """Read the sales of the ECPs from a number to another, both included, encoded for a process."""
    span = {"first": first, "last": _LAST_ECP if last is None else last, "since": reel.since, "until": reel.until}
    known = {**span, "known_at": reel.row.known_at}
    channels, variants = reel.content.basics.channels, list(reel.setup.variants)
    measures = {key.measure for key in needed_volumes(reel.content.rules)}
    (lines,) = await operation.fetch(
        statements.LINES,
        **known,
        variants=variants,
        currency=reel.setup.currency,
        scheme=reel.live or 0,
        counts_value=VolumeMeasure.VALUE in measures,
        sales=EarningChannel.SALE in channels,
        coupons=EarningChannel.COUPON in channels,
    )
    (returns,) = await operation.fetch(statements.RETURNS, **known, variants=variants)
    live = b""
    if reel.live is not None:
        (live,) = await operation.fetch(statements.LIVE, **known, scheme=reel.live)
    ecps = await operation.fetch(statements.ECPS_OF_PIECE, **span)
    superseded = [row for ecp in ecps for row in reel.superseded.get(ecp.number, ())]
    piece = Piece(
        lines=lines,
        returns=returns,
        superseded=tuple(Superseded(row.ecp, row.sale, row.revision, at=microseconds_of(row.at)) for row in superseded),
        live=live,
        earners=tuple(await _load_earners(operation, reel, ecps)),
        activities=tuple(await _load_activities(operation, reel, ecps)),
    )
    return _PIECES.encode(piece)


async def _load_earners(operation: Operation, reel: Reel, ecps: Sequence[EcpOfPieceRow]) -> list[EarnerSpan]:
    """What was true of each ECP, from each moment on at which it may have changed."""
    within = {"since": reel.since, "until": reel.until}
    moved = await operation.fetch(
        statements.BOUNDARIES, ids=[ecp.id for ecp in ecps], scheme_id=reel.enrolls_in, **within
    )
    everywhere = await operation.fetch(statements.GEOGRAPHY_MOVES, **within)
    moments: dict[int, set[datetime]] = {ecp.number: {reel.since, *everywhere} for ecp in ecps}
    for row in moved:
        moments[row.ecp].add(row.at)
    asked = [(ecp, at) for ecp in ecps for at in sorted(moments[ecp.number])]
    found = await earners_at(operation, [EarnerMoment(ecp.id, reel.enrolls_in, at) for ecp, at in asked])
    return [
        EarnerSpan(
            ecp=ecp.number,
            since=microseconds_of(at),
            status=None if one.status is None else one.status.value,
            tier_id=one.tier_id,
            path=one.geography_path,
            enrolled_at=one.enrollment.enrolled_at,
            withdrawn_at=one.enrollment.withdrawn_at,
            returned_at=one.enrollment.returned_at,
            first_enrolled_at=one.enrollment.first_enrolled_at,
        )
        for (ecp, at), one in zip(asked, found, strict=True)
    ]


async def _load_activities(
    fetching: Fetching, reel: Reel, ecps: Sequence[EcpOfPieceRow]
) -> list[tuple[int, str, datetime]]:
    kinds = list(needed_activities(reel.content.rules))
    if not kinds:
        return []
    numbers = {ecp.id: ecp.number for ecp in ecps}
    rows = await fetching.fetch(ACTIVITIES_OF_ECPS, ecp_ids=list(numbers), kinds=kinds)
    return [(numbers[row.ecp_id], row.kind, row.occurred_at) for row in rows]
