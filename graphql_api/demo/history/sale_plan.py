"""Plans of the demo sales: what ECPs sold, returned, and corrected, and when a connected system reported it.

All of it is drawn with a fixed seed, so every load gives the same sales. Times are days before loading and seconds
after midnight.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from graphql_api.demo.catalog.catalog import PACKS, PRODUCTS, pack_weight
from graphql_api.demo.ecps.ecp_plan import EcpPlan
from graphql_api.demo.lines import Line

SOURCE: Final = "partner-billing"
# The system reports at 10 p.m. what was sold on the day.
REPORT_SECOND: Final = 22 * 3600
# Returns among the sales, and corrections of them, in percent.
_RETURNS_PERCENT: Final = 3
_CORRECTIONS_PERCENT: Final = 5
# Sales that are reported days later, in percent, and how many days at most.
_LATE_PERCENT: Final = 4
_LATEST_DAYS: Final = 30
# Shops are open from 9 a.m. to 8:30 p.m.
_OPENING_HOURS: Final = (9 * 3600, 20 * 3600 + 1800)
# How much some ECPs sell in comparison with others.
_TRADE: Final = (1, 1, 1, 2, 2, 3, 5, 9)
_LINES: Final = (1, 2, 3)
_LINE_WEIGHTS: Final = (52, 34, 14)
_QUANTITIES: Final = (1, 2, 3, 4, 6, 8, 12, 24, 48)
_QUANTITY_WEIGHTS: Final = (24, 24, 12, 14, 10, 6, 6, 3, 1)
_FAVORITES: Final = 7
# Prices of the smallest pack, in rupees.
_PRICES: Final[Mapping[str, int]] = {"AMB": 160, "AMG": 170, "AMF": 95, "AMC": 110, "AMX": 90, "GLN": 140, "VIS": 220}
_PREFIXES: Final[Mapping[Line, tuple[str, ...]]] = {
    Line.LUBRICANTS: ("AM",),
    Line.CAR_CARE: ("GLN",),
    Line.EYE_CARE: ("VIS",),
}


class PlannedLine(Struct, frozen=True):
    """Units of a variant that an ECP sold. A negative quantity is a return."""

    sku: str
    quantity: int

    @property
    def unit_price(self) -> int:
        """The price of a unit in rupees."""
        return _PRICES[self.sku[:3]] * pack_weight(self.sku)


class PlannedSale(Struct, frozen=True, kw_only=True):
    """A sale as a system reports it `reported` days before loading.

    A correction has the external ID of the sale that it corrects and a higher revision. A return is a sale of its own.
    """

    external_id: str
    ecp: EcpPlan
    day: int
    second: int
    lines: tuple[PlannedLine, ...]
    reported: int
    revision: int = 1
    returns: str | None = None


def plan_sales(ecps: Sequence[EcpPlan], total: int) -> tuple[PlannedSale, ...]:
    """Return so many sales and their corrections, in the order in which they are reported."""
    chance = random.Random("sales")  # noqa: S311 - the same every time, on purpose
    returns = total * _RETURNS_PERCENT // 100
    sales = sorted(_draw_sales(chance, ecps, total - returns), key=_moment)
    numbered = [replace(sale, external_id=f"INV-{number:06}") for number, sale in enumerate(sales, 1)]
    changed = [sale for sale in numbered if sale.reported > 1]
    drawn = chance.sample(changed, min(returns + total * _CORRECTIONS_PERCENT // 100, len(changed)))
    returned = [_draw_return(chance, sale, number) for number, sale in enumerate(drawn[:returns], 1)]
    corrected = [_draw_correction(chance, sale) for sale in drawn[returns:]]
    return tuple(sorted((*numbered, *returned, *corrected), key=lambda sale: -sale.reported))


def _moment(sale: PlannedSale) -> tuple[int, int]:
    return -sale.day, sale.second


def _draw_sales(chance: random.Random, ecps: Sequence[EcpPlan], total: int) -> Iterator[PlannedSale]:
    """Yield sales of every ECP who was ever verified and is known: an erased one has no code that is still used."""
    sellers = [ecp for ecp in ecps if ecp.verified is not None and ecp.verified > 1 and ecp.erased is None]
    habits = {ecp.details.email: (chance.choice(_TRADE), _favorites(chance, ecp.line)) for ecp in sellers}
    weights = [habits[ecp.details.email][0] * (ecp.verified or 0) for ecp in sellers]
    for ecp in chance.choices(sellers, weights, k=total):
        day = chance.randint(1, (ecp.verified or 2) - 1)
        late = chance.randint(1, _LATEST_DAYS) if chance.randrange(100) < _LATE_PERCENT else 0
        yield PlannedSale(
            external_id="",
            ecp=ecp,
            day=day,
            second=chance.randint(*_OPENING_HOURS),
            lines=_draw_lines(chance, habits[ecp.details.email][1]),
            reported=max(day - late, 1),
        )


def _favorites(chance: random.Random, line: Line) -> list[str]:
    """Draw the variants that an ECP sells."""
    skus = [f"{code}-{pack}" for code, _, _, _, packs in PRODUCTS for pack in packs if code.startswith(_PREFIXES[line])]
    small = [sku for sku in skus if PACKS[sku.rpartition("-")[2]][1] <= _FAVORITES**2]
    return chance.sample(small, min(_FAVORITES, len(small)))


def _draw_lines(chance: random.Random, skus: Sequence[str]) -> tuple[PlannedLine, ...]:
    (count,) = chance.choices(_LINES, _LINE_WEIGHTS)
    quantities = chance.choices(_QUANTITIES, _QUANTITY_WEIGHTS, k=count)
    return tuple(map(PlannedLine, chance.sample(skus, count), quantities))


def _draw_return(chance: random.Random, sale: PlannedSale, number: int) -> PlannedSale:
    """Draw a credit note for some or all units of a line."""
    line = chance.choice(sale.lines)
    day = max(sale.reported - chance.randint(1, 20), 1)
    return PlannedSale(
        external_id=f"CRN-{number:06}",
        ecp=sale.ecp,
        day=day,
        second=chance.randint(_OPENING_HOURS[1], REPORT_SECOND),
        lines=(PlannedLine(line.sku, -chance.randint(1, line.quantity)),),
        reported=day,
        returns=sale.external_id,
    )


def _draw_correction(chance: random.Random, sale: PlannedSale) -> PlannedSale:
    """Draw a corrected invoice: another quantity of its first line."""
    first, *others = sale.lines
    corrected = PlannedLine(first.sku, max(first.quantity + chance.choice((-2, -1, 1, 2, 10)), 1) + 1)
    return replace(
        sale,
        revision=2,
        lines=(corrected, *others),
        reported=max(sale.reported - chance.randint(1, 9), 1),
    )
