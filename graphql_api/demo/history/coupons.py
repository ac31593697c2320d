"""The coupons that demo ECPs redeem: commissioned ones, each once."""

import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from db.coupons.reads import RUNS_BY_SCHEME
from db.coupons.rows import RunRow
from db.demo.reads import COMMISSIONED_COUPONS, VOIDED_COUPONS, MovedCouponsRow
from db.sessions import Fetching
from domain.coupons.keys import CouponKeys
from domain.spans import Spans
from graphql_api.demo.clock import DemoClock
from graphql_api.demo.history.redemption_plan import CouponStock, PlannedRedemption

_NOTHING: Final = Spans()


class CommissionedCoupons(Struct, frozen=True):
    """Coupons that were commissioned by the moment of loading and are not void, by scheme and in order of time."""

    moved: Mapping[str, Sequence[MovedCouponsRow]]
    void: Spans
    runs: Sequence[RunRow]

    def stocks(self, clock: DemoClock) -> dict[str, CouponStock]:
        """Return how many coupons each scheme has, and since when."""
        return {
            title: CouponStock(
                quantity=sum(self._usable(row).quantity for row in rows),
                first_day=(clock.today - clock.calendar.day_of(rows[0].at)).days,
            )
            for title, rows in self.moved.items()
        }

    def serials(self, redemptions: Iterable[tuple[datetime, PlannedRedemption]]) -> Iterator[int | None]:
        """Yield a serial for each redemption, which are in order of time; None where no coupon is left by then."""
        piles = {title: [_Pile(row.at, self._usable(row)) for row in rows] for title, rows in self.moved.items()}
        for at, redemption in redemptions:
            ready = [pile for pile in piles[redemption.scheme] if pile.at < at and pile.left]
            yield max(ready, key=lambda pile: pile.left).take() if ready else None

    def key_of(self, serial: int) -> int:
        """Return the id of the key from which the code of a serial is derived."""
        return next(run.key_id for run in self.runs if run.span.first <= serial <= run.span.last)

    def code(self, serial: int, keys: CouponKeys) -> str:
        """Return the code of a serial. Raises CouponKeysMissing."""
        return keys.write(serial, self.key_of(serial))

    def _usable(self, row: MovedCouponsRow) -> Spans:
        return row.spans - self.void


class _Pile:
    """Coupons that were commissioned together, taken in an order that looks like chance."""

    def __init__(self, at: datetime, spans: Spans) -> None:
        self.at = at
        self.left = spans.quantity
        self._spans = spans
        # A step that shares no factor with the quantity reaches every place once.
        self._step = _coprime(spans.quantity)
        self._place = 0

    def take(self) -> int:
        self.left -= 1
        self._place = (self._place + self._step) % self._spans.quantity
        place = self._place
        for span in self._spans:
            if place < span.quantity:
                return span.first + place
            place -= span.quantity
        raise AssertionError(place)


def _coprime(quantity: int) -> int:
    step = random.Random(quantity).randrange(quantity) + 1  # noqa: S311 - the same every time, on purpose
    while math.gcd(step, quantity) != 1:
        step += 1
    return step


async def read_coupons(fetching: Fetching, now: datetime) -> CommissionedCoupons:
    """Read the coupons that were commissioned up to a moment."""
    moved: dict[str, list[MovedCouponsRow]] = {}
    for row in await fetching.fetch(COMMISSIONED_COUPONS, now=now):
        moved.setdefault(row.title, []).append(row)
    void = _NOTHING
    for row in await fetching.fetch(VOIDED_COUPONS, now=now):
        void |= row.spans
    schemes = {rows[0].scheme_id for rows in moved.values()}
    runs = await fetching.fetch(RUNS_BY_SCHEME, ids=sorted(schemes))
    return CommissionedCoupons(
        {title: sorted(rows, key=lambda row: row.at) for title, rows in moved.items()}, void, runs
    )
