"""Sales as connected systems send them, drawn at random, with corrections and returns, and what counts at last."""

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

CORRECTIONS_PERCENT: Final = 5
RETURNS_PERCENT: Final = 3
# Corrections that move the sale to another ECP or time, in percent of all corrections.
_MOVED_PERCENT: Final = 40
# Sales lie within so many days.
_DAYS: Final = 50


class InputLine(Struct, frozen=True):
    """Units of the variant with this number; negative ones come back."""

    variant: int
    quantity: int
    price: int


class InputSale(Struct, frozen=True, kw_only=True):
    """A revision of a sale of the ECP with this number, or a return, which is a sale of its own."""

    external_id: str
    ecp: int
    sold_at: datetime
    lines: tuple[InputLine, ...]
    revision: int = 1
    returns: str | None = None

    def given(self, ecp_codes: Sequence[str], skus: Sequence[str], currency: str) -> dict[str, Any]:
        """The sale as the API takes it."""
        lines = [
            {"sku": skus[line.variant], "quantity": line.quantity, "unitPrice": str(line.price), "currency": currency}
            for line in self.lines
        ]
        found = {
            "externalId": self.external_id,
            "revision": self.revision,
            "ecpCode": ecp_codes[self.ecp],
            "soldAt": self.sold_at.isoformat().replace("+00:00", "Z"),
            "lines": lines,
        }
        return found if self.returns is None else {**found, "returnsExternalId": self.returns}


def draw_input(seed: int, *, sales: int, ecps: int, variants: int, until: datetime) -> list[InputSale]:
    """Draw so many sales, with their corrections and returns, each behind its sale."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    drawn: list[InputSale] = []
    for number in range(sales):
        sale = InputSale(
            external_id=f"{number:06}",
            ecp=dice.randrange(ecps),
            # Whole minutes, so that several sales of one ECP have the same time.
            sold_at=until - timedelta(minutes=dice.randrange(_DAYS * 24 * 60)),
            lines=tuple(_line(dice, variants) for _ in range(dice.randint(1, 3))),
        )
        drawn.append(sale)
        change = dice.randrange(100)
        if change < CORRECTIONS_PERCENT:
            drawn.append(_correct(dice, sale, ecps, variants, until))
        elif change < CORRECTIONS_PERCENT + RETURNS_PERCENT:
            drawn.append(_return(dice, sale))
    return drawn


def _line(dice: random.Random, variants: int) -> InputLine:
    return InputLine(dice.randrange(variants), dice.randint(1, 12), dice.randint(1, 40))


def _correct(dice: random.Random, sale: InputSale, ecps: int, variants: int, until: datetime) -> InputSale:
    corrected = replace(sale, revision=2, lines=tuple(_line(dice, variants) for _ in range(dice.randint(1, 3))))
    if dice.randrange(100) >= _MOVED_PERCENT:
        return corrected
    if dice.random() < 0.5:
        return replace(corrected, ecp=dice.randrange(ecps))
    return replace(corrected, sold_at=until - timedelta(minutes=dice.randrange(_DAYS * 24 * 60)))


def _return(dice: random.Random, sale: InputSale) -> InputSale:
    line = dice.choice(sale.lines)
    back = InputLine(line.variant, -dice.randint(1, line.quantity), line.price)
    return InputSale(
        external_id=f"back {sale.external_id}",
        ecp=sale.ecp,
        sold_at=sale.sold_at + timedelta(seconds=30),
        lines=(back,),
        returns=sale.external_id,
    )


def count_at_last(inputs: Iterable[InputSale]) -> list[InputSale]:
    """What counts when everything has arrived: the newest revision of each sale, its lines less what came back."""
    newest: dict[str, InputSale] = {}
    back: dict[str, dict[str, InputSale]] = {}
    for sale in inputs:
        if sale.returns is not None:
            back.setdefault(sale.returns, {})[sale.external_id] = sale
        elif sale.external_id not in newest or newest[sale.external_id].revision < sale.revision:
            newest[sale.external_id] = sale
    return [_net(sale, back.get(sale.external_id, {}).values()) for sale in newest.values()]


def _net(sale: InputSale, returns: Iterable[InputSale]) -> InputSale:
    left = [line.quantity for line in sale.lines]
    for one in returns:
        for line in one.lines:
            _take_back(sale.lines, left, line)
    return replace(
        sale, lines=tuple(replace(line, quantity=units) for line, units in zip(sale.lines, left, strict=True))
    )


def _take_back(lines: Sequence[InputLine], left: list[int], back: InputLine) -> None:
    """Take units off the latest line of the variant first."""
    units = -back.quantity
    for position in reversed(range(len(lines))):
        if lines[position].variant == back.variant:
            taken = min(units, left[position])
            left[position] -= taken
            units -= taken
