"""The facts of a valuation: what decided about a line, small enough to be stored for every line, for good (R21, N6).

With the scheme revision and the sold line they are enough to explain the line again at any later time: every clause
with the fact that decided it, and what every rule earned, and paid, and why it paid less. No history is needed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from domain.calendar import BEGINNING
from domain.channels import EarningChannel
from domain.points.clause_bits import unpack_holds
from domain.points.obstacles import EarningObstacle
from domain.rules.evaluation import CompiledRules, Evaluation, Paid
from domain.rules.facts import EarnerFacts, LineFacts, VolumeKey, count_activities, needed_volumes
from domain.rules.model import (
    ActivityClause,
    BonusRule,
    EnrolledWithinClause,
    GeographyClause,
    ProductClause,
    TierClause,
)
from domain.rules.rewards import Reduction, ReductionReason
from domain.rules.traversal import walk_clauses

# The form of the facts that this version writes. Readers keep reading all earlier ones.
FORM: Final = 2
# The form of facts with a mask of more bits than an integer of msgpack has. Only storage knows it.
_WIDE_FORM: Final = 3
_INTEGER_BITS: Final = 64
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# Stored numbers of reasons; never change them.
_REASONS: Final = (
    ReductionReason.LIMIT_TIMES,
    ReductionReason.LIMIT_PER_MONTH,
    ReductionReason.LIMIT_PER_ECP,
    ReductionReason.LIMIT_IN_TOTAL,
    ReductionReason.GROUP_LOST,
    ReductionReason.LIMIT_BUDGET,
)
_REASON_NUMBERS: Final = {reason: number for number, reason in enumerate(_REASONS)}


class ValuationFacts(Struct, frozen=True, array_like=True, gc=False):
    """The facts as they are stored, as one array of msgpack.

    `quantity` is net of returns. A line with `obstacles` earns nothing, and has no further facts. `holds` has a bit for
    each distinct clause of the rules. `volumes` and `activities` are the amounts that `FactNeeds` lists; the rest is
    None or empty where no clause asks for it. `paid` has, in turn, the position of a rule and its points above 0;
    `cuts` the position of a rule that paid less than it earned, the reason, and the position of the winner of its
    group, or -1. `mask` has a bit for each volume of the scheme in which the line counts, and `value` what it adds to
    those of value.

    What few lines have comes last: the defaults at the end of the array are not stored. A mask of more than 64 bits is
    stored as bytes, in a form of its own.
    """

    form: int
    quantity: int
    holds: bytes = b""
    volumes: tuple[int, ...] = ()
    paid: tuple[int, ...] = ()
    mask: int = 0
    value: int = 0
    tier: bytes | None = None
    cuts: tuple[int, ...] = ()
    obstacles: tuple[int, ...] = ()
    places: bytes = b""
    category: bytes | None = None
    activities: tuple[int, ...] = ()
    enrolled: int | None = None

    @property
    def category_id(self) -> UUID | None:
        """The category of the product; None where no clause asks for it."""
        return None if self.category is None else UUID(bytes=self.category)

    def points_by_rule(self, rules: int) -> list[int]:
        """The points that each of so many rules paid."""
        points = [0] * rules
        for at in range(0, len(self.paid), 2):
            points[self.paid[at]] = self.paid[at + 1]
        return points


class _FirstForm(Struct, frozen=True, array_like=True, gc=False):
    """The facts in the form 1, which has all values in another order."""

    form: int
    quantity: int
    obstacles: tuple[int, ...]
    holds: bytes
    volumes: tuple[int, ...]
    activities: tuple[int, ...]
    enrolled: int | None
    tier: bytes | None
    places: bytes
    category: bytes | None
    paid: tuple[int, ...]
    cuts: tuple[int, ...]
    mask: int
    value: int


class _WideForm(ValuationFacts, frozen=True, array_like=True, gc=False):
    """The facts in the form 3, whose mask is of any size: bytes, the lowest first."""

    mask: bytes = b""  # type: ignore[assignment] # as it is stored


class EarnerContext(Struct, frozen=True):
    """What is true of the ECP and of the product at the time of a line, apart from volumes."""

    tier_id: UUID | None
    geography_path: tuple[UUID, ...]
    enrolled_at: datetime | None
    activities: Mapping[str, Sequence[datetime]]


class SoldAs(Struct, frozen=True):
    """A line as it was sold. `base_points` are those of one unit in the revision of the valuation."""

    channel: EarningChannel
    variant_id: UUID
    product_id: UUID
    category_id: UUID
    base_points: int
    at: datetime


class ReadValuation(Struct, frozen=True):
    """A stored valuation, explained: `obstacles` say why a line earns nothing, and then `evaluation` is None."""

    quantity: int
    obstacles: tuple[EarningObstacle, ...]
    evaluation: Evaluation | None


class FactNeeds:
    """Which facts the clauses of some rules ask for."""

    def __init__(self, rules: Sequence[BonusRule]) -> None:
        clauses = [clause for rule in rules for clause in walk_clauses(rule.condition)]
        self.tier = any(isinstance(clause, TierClause) for clause in clauses)
        self.place = any(isinstance(clause, GeographyClause) for clause in clauses)
        self.enrolled = any(isinstance(clause, EnrolledWithinClause) for clause in clauses)
        self.category = any(isinstance(clause, ProductClause) and clause.category_ids for clause in clauses)
        windows = {(one.activity, one.within_days) for one in clauses if isinstance(one, ActivityClause)}
        self.activities = sorted(windows, key=lambda window: (window[0], window[1] is None, window[1] or 0))
        self.volumes: tuple[VolumeKey, ...] = tuple(sorted(needed_volumes(rules), key=_volume_order))


def decode_facts(stored: bytes) -> ValuationFacts:
    """Decode the column `valuation.facts`, of any form."""
    # The form is one byte, behind that of the length.
    form = stored[1:2]
    if form == b"\x03":
        wide = structs.asdict(_WIDE.decode(stored))
        return ValuationFacts(**{**wide, "form": FORM, "mask": int.from_bytes(wide["mask"], "little")})
    if form == b"\x01":
        return ValuationFacts(**{**structs.asdict(_FIRST.decode(stored)), "form": FORM})
    return _DECODER.decode(stored)


def encode_facts(facts: ValuationFacts) -> bytes:
    """Encode the column `valuation.facts`."""
    values: tuple[Any, ...] = structs.astuple(facts)
    if facts.mask >> _INTEGER_BITS:
        packed = facts.mask.to_bytes((facts.mask.bit_length() + 7) // 8, "little")
        values = structs.astuple(structs.replace(facts, form=_WIDE_FORM, mask=packed))
    end = len(values)
    while values[end - 1] == _DEFAULTS[end - 1]:
        end -= 1
    return _ENCODER.encode(values[:end])


def earner_facts(needs: FactNeeds, earner: EarnerContext, category_id: UUID, at: datetime) -> ValuationFacts:
    """The facts of a line that do not change when it is valued again."""
    counts = tuple(
        count_activities(earner.activities.get(kind, ()), at, None if days is None else timedelta(days=days))
        for kind, days in needs.activities
    )
    enrolled = None
    if needs.enrolled and earner.enrolled_at is not None:
        enrolled = (earner.enrolled_at - _EPOCH) // _MICROSECOND
    return ValuationFacts(
        form=FORM,
        quantity=0,
        activities=counts,
        enrolled=enrolled,
        tier=earner.tier_id.bytes if needs.tier and earner.tier_id is not None else None,
        places=b"".join(place.bytes for place in earner.geography_path) if needs.place else b"",
        category=category_id.bytes if needs.category else None,
    )


def pack_cuts(reductions: Iterable[Reduction | None], rule_ids: Sequence[UUID]) -> tuple[int, ...]:
    """Pack the reductions of rules, in their order."""
    cuts: list[int] = []
    for position, reduction in enumerate(reductions):
        if reduction is not None:
            winner = -1 if reduction.won_by is None else rule_ids.index(reduction.won_by)
            cuts += (position, _REASON_NUMBERS[reduction.reason], winner)
    return tuple(cuts)


def read_valuation_facts(
    stored: bytes, sold: SoldAs, *, base: int, rules: Sequence[BonusRule], compiled: CompiledRules
) -> ReadValuation:
    """Explain a stored valuation.

    `base` are the base points that it paid (`valuation.base`), `rules` those of its scheme revision, and `compiled` the
    same rules, compiled with the calendar of the program and any ranks: nothing is decided again. The category of
    `sold` counts only where the facts have none. `evaluation.outcomes` has a RuleOutcome for each rule in order, whose
    `verdict` is the RuleVerdict that sentences are written from.
    """
    facts = decode_facts(stored)
    obstacles = tuple(EarningObstacle(number) for number in facts.obstacles)
    if obstacles:
        return ReadValuation(facts.quantity, obstacles, None)
    needs = FactNeeds(rules)
    holds = unpack_holds(facts.holds, len(compiled.clauses))
    volumes = dict(zip(needs.volumes, facts.volumes, strict=True))
    line = LineFacts(
        channel=sold.channel,
        variant_id=sold.variant_id,
        product_id=sold.product_id,
        category_id=facts.category_id or sold.category_id,
        quantity=facts.quantity,
        base_points=sold.base_points,
        at=sold.at,
    )
    earner = read_earner(facts, needs, sold.at)
    ecp = EarnerFacts(
        tier_id=earner.tier_id,
        geography_path=earner.geography_path,
        enrolled_at=earner.enrolled_at,
        volumes=volumes,
        activities=earner.activities,
    )
    decided = compiled.decide_again(holds, volumes, facts.quantity, sold.base_points * facts.quantity)
    if facts.quantity == 0:
        decided = (decided[0], decided[1], (0,) * len(rules))
    paid = Paid(base, facts.points_by_rule(len(rules)), _reductions(facts.cuts, rules))
    return ReadValuation(facts.quantity, (), compiled.explain(line, ecp, decided, paid))


def _reductions(cuts: Sequence[int], rules: Sequence[BonusRule]) -> list[Reduction | None]:
    found: list[Reduction | None] = [None] * len(rules)
    for at in range(0, len(cuts), 3):
        winner = cuts[at + 2]
        found[cuts[at]] = Reduction(_REASONS[cuts[at + 1]], None if winner < 0 else rules[winner].id)
    return found


def read_earner(facts: ValuationFacts, needs: FactNeeds, at: datetime) -> EarnerContext:
    """The earner of facts, as far as clauses ask for it; moments of activities are such that give the stored counts."""
    return EarnerContext(
        tier_id=None if facts.tier is None else UUID(bytes=facts.tier),
        geography_path=tuple(UUID(bytes=facts.places[start : start + 16]) for start in range(0, len(facts.places), 16)),
        enrolled_at=None if facts.enrolled is None else _EPOCH + facts.enrolled * _MICROSECOND,
        activities=_moments_of(needs, facts.activities, at),
    )


def _moments_of(needs: FactNeeds, counts: Sequence[int], at: datetime) -> dict[str, list[datetime]]:
    """Moments of each activity that give the stored counts: as late as the windows of the clauses allow."""
    moments: dict[str, list[datetime]] = {}
    for (kind, days), count in zip(needs.activities, counts, strict=True):
        known = moments.setdefault(kind, [])
        moment = BEGINNING if days is None else at - timedelta(days=days)
        known += [moment] * (count - len(known))
    return moments


def _volume_order(key: VolumeKey) -> tuple[str, str, list[UUID]]:
    return (key.measure.value, key.period.value, sorted(key.variant_ids))


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(ValuationFacts)
_FIRST: Final = msgspec.msgpack.Decoder(_FirstForm)
_WIDE: Final = msgspec.msgpack.Decoder(_WideForm)
# The first two values are always stored.
_DEFAULTS: Final = (None, None, *ValuationFacts.__struct_defaults__)
