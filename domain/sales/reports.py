"""Reports of sales by connected systems: what one sale says, and what is wrong with it by itself (R20)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from msgspec import Struct

from domain.checks import number_problems, text_problems
from domain.failures import Problem, UserErrorCode
from domain.money import is_currency
from domain.rules.bounds import QUANTITY_RANGE
from domain.sales.aliases import alias_problems
from domain.sales.facts import (
    ALIAS_LENGTH,
    CLOCK_TOLERANCE,
    EXTERNAL_ID_LENGTH,
    LARGEST_VALUE,
    LINES_LIMIT,
    PRICE_DECIMALS,
    REPORTED_LINES_LIMIT,
    SALES_LIMIT,
    SOURCE_LENGTH,
    SalesPolicy,
)
from domain.timestamps import Malformed, write_timestamp

_HIGHEST_QUANTITY: Final = QUANTITY_RANGE[1]
_LOWEST_EXPONENT: Final = -PRICE_DECIMALS
_HIGHEST_PRICE: Final = Decimal(10) ** 12
# Prices repeat, and arithmetic of decimals takes longer than finding one again.
_PRICES_KEPT: Final = 4096


class ReportedLine(Struct, frozen=True, gc=False):
    """A line of a sale. A negative quantity are units that come back."""

    sku: str
    quantity: int
    unit_price: Decimal | Malformed
    currency: str


class ReportedSale(Struct, frozen=True, gc=False):
    """A sale, as a source reports it.

    `external_id` is its id in the source. The higher of two revisions is the newer one; a source without revisions says
    when it `updated_at` the sale instead. A return names the external id of the sale that it returns.
    """

    external_id: str
    ecp_code: str
    sold_at: datetime | Malformed
    lines: tuple[ReportedLine, ...]
    revision: int | None = None
    updated_at: datetime | Malformed | None = None
    returns_external_id: str | None = None


def report_problems(source: str, sales: Sequence[ReportedSale]) -> Iterator[Problem]:
    """Problems that reject a report as a whole: its source, and the numbers of sales and of lines."""
    count, lines = len(sales), sum(len(sale.lines) for sale in sales)
    yield from text_problems(source, ("source",), "The source", SOURCE_LENGTH)
    if count == 0:
        yield Problem(UserErrorCode.REQUIRED, "Report at least one sale.", ("sales",))
    elif count > SALES_LIMIT:
        message = f"{count:,} sales are too many; report at most {SALES_LIMIT:,} at once."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("sales",))
    if lines > REPORTED_LINES_LIMIT:
        message = f"The sales have {lines:,} lines together; report at most {REPORTED_LINES_LIMIT:,} at once."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("sales",))


def sale_problems(sale: ReportedSale) -> list[Problem]:
    """Return the problems of one sale by itself, whenever it was sold, with paths that start at the sale.

    Thousands of lines are checked a second, and almost all are good: the sentences are made where one is not.
    """
    return [*head_problems(sale), *_line_problems(sale.lines)]


def head_problems(sale: ReportedSale) -> list[Problem]:
    """Return the problems of one sale by itself, except those of its lines."""
    found: list[Problem] = []
    if not _is_plain(sale.external_id, EXTERNAL_ID_LENGTH[1]):
        found += text_problems(sale.external_id, ("externalId",), "The external ID", EXTERNAL_ID_LENGTH)
    if not _is_plain(sale.ecp_code, ALIAS_LENGTH[1]):
        found += alias_problems(sale.ecp_code, ("ecpCode",), "The code of the ECP")
    if (returned := sale.returns_external_id) is not None and not _is_plain(returned, EXTERNAL_ID_LENGTH[1]):
        found += text_problems(
            returned, ("returnsExternalId",), "The external ID of the returned sale", EXTERNAL_ID_LENGTH
        )
    if sale.revision is not None and sale.revision < 1:
        found += number_problems(sale.revision, ("revision",), "The revision", lowest=1, highest=2**31 - 1)
    if not isinstance(sale.sold_at, datetime):
        found.append(Problem(UserErrorCode.INVALID, sale.sold_at.message, ("soldAt",)))
    if isinstance(sale.updated_at, Malformed):
        found.append(Problem(UserErrorCode.INVALID, sale.updated_at.message, ("updatedAt",)))
    return found


def line_problems(line: ReportedLine) -> list[Problem]:
    """Return the problems of one line of a sale."""
    return list(_line_problems((line,)))


def time_problems(sale: ReportedSale, now: datetime, policy: SalesPolicy) -> tuple[Problem, ...]:
    """Return the problems of the times of a sale without other problems: too old, or in the future.

    A source with revisions needs no `updated_at`, and so may send any.
    """
    sold_at, updated_at = sale.sold_at, sale.updated_at
    found = []
    if isinstance(sold_at, datetime):
        if sold_at > now + CLOCK_TOLERANCE:
            found.append(_too_early(sold_at, now, "soldAt"))
        elif sold_at < now - policy.oldest:
            days = policy.oldest.days
            message = (
                f"This sale is more than {days:,} days old, and the program takes sales of the last {days:,} days. "
                "Leave it out, or ask the operators of the server to allow older ones (TESSERA_SALE_DAYS)."
            )
            found.append(Problem(UserErrorCode.OUT_OF_WINDOW, message, ("soldAt",)))
    if sale.revision is None and isinstance(updated_at, datetime) and updated_at > now + CLOCK_TOLERANCE:
        found.append(_too_early(updated_at, now, "updatedAt"))
    return tuple(found)


def _too_early(at: datetime, now: datetime, name: str) -> Problem:
    clock = write_timestamp(now.replace(microsecond=0))
    message = (
        f"{write_timestamp(at)} is in the future: it is {clock} now. Correct {name}, or the clock of the system that "
        "reports the sale."
    )
    return Problem(UserErrorCode.INVALID, message, (name,))


def _is_plain(text: str, longest: int) -> bool:
    """Whether a text has no problem at first sight: printable ASCII without space around it."""
    return 0 < len(text) <= longest and text.isascii() and text.isprintable() and text[0] != " " and text[-1] != " "


def _line_problems(lines: Sequence[ReportedLine]) -> Iterator[Problem]:
    if not lines:
        yield Problem(UserErrorCode.REQUIRED, "A sale has at least one line.", ("lines",))
    elif len(lines) > LINES_LIMIT:
        message = f"{len(lines):,} lines are too many; a sale has at most {LINES_LIMIT:,}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("lines",))
        return
    for index, line in enumerate(lines):
        if (
            0 < abs(line.quantity) <= _most_units(line.unit_price)
            and is_currency(line.currency)
            and _is_plain(line.sku, ALIAS_LENGTH[1])
        ):
            continue
        for problem in _problems_of_line(line):
            yield problem.under("lines", str(index))


@lru_cache(_PRICES_KEPT)
def _most_units(price: Decimal | Malformed) -> int:
    """The most units that a line may have at a price; none at one with a mistake."""
    if isinstance(price, Malformed) or _price_mistake(price) is not None:
        return 0
    return min(_HIGHEST_QUANTITY, int(LARGEST_VALUE // price)) if price else _HIGHEST_QUANTITY


def _problems_of_line(line: ReportedLine) -> Iterator[Problem]:
    yield from alias_problems(line.sku, ("sku",), "The SKU")
    if line.quantity == 0:
        message = "The quantity is 0: give the units sold, or a negative number of units that came back."
        yield Problem(UserErrorCode.INVALID, message, ("quantity",))
    elif abs(line.quantity) > _HIGHEST_QUANTITY:
        message = f"The quantity must be between -{_HIGHEST_QUANTITY:,} and {_HIGHEST_QUANTITY:,}."
        yield Problem(UserErrorCode.INVALID, message, ("quantity",))
    if (mistake := _price_mistake(line.unit_price)) is not None:
        yield Problem(UserErrorCode.INVALID, mistake, ("unitPrice",))
    elif abs(line.quantity) <= _HIGHEST_QUANTITY and line.unit_price * abs(line.quantity) > LARGEST_VALUE:  # type: ignore[operator] # it is a number
        message = f"The price times the quantity is at most {LARGEST_VALUE:,}. Check the price and the quantity."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, ("unitPrice",))
    if not is_currency(line.currency):
        message = f"“{line.currency[:20]}” is not a currency of ISO 4217. Write it like EUR or INR."
        yield Problem(UserErrorCode.INVALID, message, ("currency",))


def _price_mistake(price: Decimal | Malformed) -> str | None:
    if isinstance(price, Malformed):
        return price.message
    exponent = price.normalize().as_tuple().exponent
    if not isinstance(exponent, int):
        return "This price is not a number."
    if price < 0:
        return "A price is 0 or more. Units that come back have a negative quantity, and their price."
    if price >= _HIGHEST_PRICE:
        return f"A price is below {_HIGHEST_PRICE:,}."
    if exponent < _LOWEST_EXPONENT:
        return f"The price {price.normalize():f} has {-exponent} decimals; at most {PRICE_DECIMALS} are allowed."
    return None
