"""Contents, and pieces of sales with corrections, returns, and late arrivals, drawn by dice."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.channels import EarningChannel
from domain.rules.model import (
    ActivityClause,
    AllOf,
    AnyOf,
    BonusRule,
    ChannelClause,
    Condition,
    EnrolledWithinClause,
    FlatPoints,
    GeographyClause,
    Not,
    PercentOfBase,
    PeriodClause,
    PointsPerUnit,
    ProductClause,
    QuantityClause,
    Reward,
    RuleLimits,
    Slab,
    Slabs,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
)
from domain.schemes.content import Basics, CouponValue, SchemeContent, canonical_json
from domain.simulations.records import LINE, RETURN, EarnerSpan, LineRow, Piece, Superseded, microseconds_of
from domain.simulations.stage import Setup

VARIANTS: Final = tuple(UUID(int=number) for number in range(1, 4))
PRODUCTS: Final = (UUID(int=11), UUID(int=12), UUID(int=12))
BRONZE, GOLD = UUID(int=21), UUID(int=22)
PLACE, ELSEWHERE = UUID(int=31), UUID(int=32)
MADE, BOUGHT = UUID(int=41), UUID(int=42)
BEGIN: Final = datetime(2026, 3, 20, tzinfo=UTC)
_DAYS: Final = 40
_MINUTE: Final = 60_000_000


def moment(minutes: int) -> int:
    """So many minutes after the beginning."""
    return microseconds_of(BEGIN) + minutes * _MINUTE


class SaleDice:
    """Draws the parts of a simulation."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - no secret
        self._sales = 0

    def content(self, *, pools: bool) -> SchemeContent:
        """A content of up to six rules, some with limits; with `pools` a budget, or limits over all ECPs."""
        dice = self._dice
        rules = tuple(self._rule(number, pools=pools) for number in range(dice.randint(1, 6)))
        basics = Basics(
            title="Drawn",
            channels=(EarningChannel.SALE, EarningChannel.COUPON),
            starts_on=date(2026, 3, dice.randint(15, 24)),
            ends_on=date(2026, 4, dice.randint(15, 30)),
            budget=dice.randint(50, 1500) if pools and dice.random() < 0.7 else None,
        )
        values = tuple(CouponValue(variant, at, 0) for at, variant in enumerate(VARIANTS))
        return SchemeContent(basics, VARIANTS, (PLACE,), coupon_values=values, rules=rules)

    def setup(self, content: SchemeContent) -> Setup:
        """A setup in which ranks and categories change."""
        later = moment(self._dice.randint(1, 60 * 24 * _DAYS))
        return Setup(
            content=canonical_json(content),
            zone="Asia/Kolkata",
            currency="USD",
            is_draft=self._dice.random() < 0.3,
            enrolled_at=moment(0),
            variants=VARIANTS,
            products=PRODUCTS,
            categories=(((0, MADE),), ((0, MADE), (later, BOUGHT)), ()),
            ranks=((0, BRONZE, 1), (0, GOLD, 2), (later, BRONZE, 3)),
            live_rules=(),
        )

    def piece(self, ecps: int, sales: int) -> Piece:
        """Sales of some ECPs, of which some arrive late, are corrected, or come back."""
        lines: list[LineRow] = []
        superseded: list[Superseded] = []
        returns: list[bytes] = []
        for ecp in range(1, ecps + 1):
            is_orderly = self._dice.random() < 0.4
            for _ in range(sales):
                self._add_sale(ecp, lines, superseded, returns, is_orderly=is_orderly)
        return Piece(
            lines=b"".join(LINE.pack(*line) for line in sorted(lines)),
            returns=b"".join(returns),
            superseded=tuple(superseded),
            live=b"",
            earners=tuple(span for ecp in range(1, ecps + 1) for span in self._spans(ecp)),
            activities=tuple(self._activity(ecp) for ecp in range(1, ecps + 1) for _ in range(3)),
        )

    def _add_sale(
        self,
        ecp: int,
        lines: list[LineRow],
        superseded: list[Superseded],
        returns: list[bytes],
        *,
        is_orderly: bool,
    ) -> None:
        dice = self._dice
        self._sales += 1
        sale, sold_at = self._sales, moment(dice.randint(0, 24 * _DAYS) * 60)
        recorded_at = sold_at + _MINUTE
        if not is_orderly:
            recorded_at += dice.choice((0, 0, 0, 60 * 24 * 3, 60 * 24 * 20)) * _MINUTE
        is_coupon = dice.random() < 0.1
        lines += self._lines(ecp, sold_at, sale, (1, recorded_at), is_coupon=is_coupon)
        if is_orderly or is_coupon:
            return
        if dice.random() < 0.15:
            at = recorded_at + dice.randint(1, 5000) * _MINUTE
            moved = sold_at if dice.random() < 0.5 else moment(dice.randint(0, 24 * _DAYS) * 60)
            superseded.append(Superseded(ecp, sale, 1, at=at))
            lines += self._lines(ecp, moved, sale, (2, at), is_coupon=False)
        elif dice.random() < 0.15:
            at = recorded_at + dice.randint(1, 5000) * _MINUTE
            self._sales += 1
            variant = next(line[6] for line in reversed(lines))
            returns.append(RETURN.pack(ecp, sold_at, sale, self._sales, 1, variant, dice.randint(1, 3), at))
            if dice.random() < 0.3:
                superseded.append(Superseded(ecp, self._sales, 1, at=at + 700 * _MINUTE))

    def _lines(self, ecp: int, sold_at: int, sale: int, revision: tuple[int, int], *, is_coupon: bool) -> list[LineRow]:
        dice, count = self._dice, 1 if is_coupon else self._dice.randint(1, 3)
        return [
            (
                *(ecp, sold_at, sale, *revision, position, dice.randrange(3)),
                *((1, 0, 1) if is_coupon else (dice.randint(1, 6), dice.randint(0, 30) * 10_000, 0)),
            )
            for position in range(count)
        ]

    def _spans(self, ecp: int) -> list[EarnerSpan]:
        dice = self._dice
        joined = BEGIN + timedelta(days=dice.choice((-9, -9, 8)))
        left = BEGIN + timedelta(days=30) if dice.random() < 0.3 else None
        sinces = sorted({BEGIN, joined, *([left] if left else []), BEGIN + timedelta(days=dice.randint(1, _DAYS))})
        return [
            EarnerSpan(
                ecp=ecp,
                since=microseconds_of(since),
                status=dice.choice(("ACTIVE", "ACTIVE", "ACTIVE", "SUSPENDED", None)),
                tier_id=dice.choice((BRONZE, GOLD, None)),
                path=(dice.choice((PLACE, PLACE, PLACE, ELSEWHERE)),),
                enrolled_at=joined if joined <= since else None,
                withdrawn_at=left if left is not None and left <= since else None,
                returned_at=None,
                first_enrolled_at=joined if joined <= since else None,
            )
            for since in sinces
            if since >= BEGIN
        ]

    def _activity(self, ecp: int) -> tuple[int, str, datetime]:
        return ecp, "TRAINING", BEGIN + timedelta(days=self._dice.randint(-5, _DAYS))

    def _rule(self, number: int, *, pools: bool) -> BonusRule:
        dice = self._dice
        return BonusRule(
            id=UUID(int=100 + number),
            name=f"Rule {number}",
            condition=self._condition(2),
            reward=self._reward(),
            limits=RuleLimits(
                points_per_ecp=dice.randint(10, 100) if dice.random() < 0.2 else None,
                points_per_ecp_per_month=dice.randint(5, 50) if dice.random() < 0.2 else None,
                points_in_total=dice.randint(10, 300) if pools and dice.random() < 0.4 else None,
                times_per_ecp=dice.randint(1, 4) if dice.random() < 0.2 else None,
            ),
            priority=dice.randint(0, 2),
            exclusive_group=dice.choice((None, None, "One", "Two")),
        )

    def _reward(self) -> Reward:
        rewards: Sequence[Reward] = (
            FlatPoints(7),
            PointsPerUnit(3),
            PercentOfBase(Decimal(25)),
            Slabs((Slab(2, 1), Slab(4, 5))),
        )
        return self._dice.choice(rewards)

    def _condition(self, depth: int) -> Condition:
        dice = self._dice
        if depth and dice.random() < 0.6:
            parts = tuple(self._condition(depth - 1) for _ in range(dice.randint(1, 3)))
            return dice.choice((AllOf(parts), AnyOf(parts), Not(parts[0])))
        clauses: Sequence[Condition] = (
            TierClause(at_least=GOLD),
            TierClause((BRONZE,)),
            GeographyClause((PLACE,)),
            ProductClause(VARIANTS[:1]),
            ProductClause(category_ids=(BOUGHT,)),
            ChannelClause(EarningChannel.COUPON),
            QuantityClause(2, 4),
            VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 9),
            VolumeClause(VolumeMeasure.VALUE, VolumePeriod.WEEK, 20),
            VolumeClause(VolumeMeasure.COUPONS, VolumePeriod.SCHEME, 2, variant_ids=VARIANTS[:2]),
            ActivityClause("TRAINING", times=2, within_days=20),
            EnrolledWithinClause(14),
            PeriodClause(from_time=time(9), to_time=time(17)),
        )
        return dice.choice(clauses)
