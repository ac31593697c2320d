"""Reported sales with the ECPs and variants that they name, ready to be decided about."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from domain.failures import Problem, UserErrorCode
from domain.sales.aliases import ecp_key
from domain.sales.content import Version, digest_sale
from domain.sales.lines import SaleLine
from domain.sales.reports import ReportedSale
from domain.sales.states import ArrivingSale
from domain.text import quote


class Names(Struct, frozen=True):
    """The ECPs, by their keys, with id and number, and the variants and keys of SKUs as they were sent."""

    ecps: Mapping[str, tuple[UUID, int]]
    variants: Mapping[str, UUID]
    sku_keys: Mapping[str, str]


def find_ecp_key(cache: dict[str, str], text: str) -> str:
    """Return the key of what names an ECP; `cache` has those that were found before."""
    found = cache.get(text)
    if found is None:
        found = cache[text] = ecp_key(text)
    return found


def build_arrival(  # noqa: PLR0913 - the sale, what it names, and what is wrong with it
    sale: ReportedSale, key: str, names: Names, *, problems: list[Problem], late: tuple[Problem, ...], may_park: bool
) -> ArrivingSale:
    """Build an arriving sale. Its own `problems` keep it from having a version; being too `late` does not."""
    ecp = names.ecps.get(key)
    variants = [names.variants.get(line.sku) for line in sale.lines]
    unknown = () if ecp is not None and None not in variants else _unknown(sale, ecp, variants)
    if problems or not isinstance(sale.sold_at, datetime):
        # A code that is missing or malformed names nothing.
        malformed = {problem.path for problem in problems}
        unknown = tuple(problem for problem in unknown if problem.path not in malformed)
        return ArrivingSale(sale.external_id, None, sold_at=None, lines=(), problems=(*problems, *late, *unknown))
    # A source with revisions needs no times.
    updated_at = sale.updated_at if isinstance(sale.updated_at, datetime) and sale.revision is None else None
    version = Version(digest_sale(sale, names.sku_keys, key), sale.revision, updated_at)
    lines = () if unknown else tuple(_lines(sale, variants))
    return ArrivingSale(
        sale.external_id,
        version,
        sold_at=sale.sold_at,
        lines=lines,
        skus=tuple([line.sku for line in sale.lines]),
        ecp_id=None if ecp is None else ecp[0],
        ecp=None if ecp is None else ecp[1],
        returns=sale.returns_external_id,
        problems=(*late, *unknown) if late else (),
        unknown=unknown,
        may_park=may_park,
    )


def _lines(sale: ReportedSale, variants: list[UUID | None]) -> list[SaleLine]:
    return [
        SaleLine(
            position,
            variant,  # type: ignore[arg-type] # all are known
            quantity=line.quantity,
            unit_price=line.unit_price if isinstance(line.unit_price, Decimal) else Decimal(0),
            currency=line.currency,
        )
        for position, (line, variant) in enumerate(zip(sale.lines, variants, strict=True))
    ]


def _unknown(sale: ReportedSale, ecp: tuple[UUID, int] | None, variants: list[UUID | None]) -> tuple[Problem, ...]:
    found = []
    if ecp is None:
        message = (
            f"There is no ECP with the code or alias {quote(sale.ecp_code)}. Register the ECP, add an alias, or "
            "correct the sale."
        )
        found.append(Problem(UserErrorCode.NOT_FOUND, message, ("ecpCode",)))
    for index, (line, variant) in enumerate(zip(sale.lines, variants, strict=True)):
        if variant is None:
            message = (
                f"There is no variant with the SKU or alias {quote(line.sku)} (line {index + 1}). Add the product or "
                "an alias, or correct the sale."
            )
            found.append(Problem(UserErrorCode.NOT_FOUND, message, ("lines", str(index), "sku")))
    return tuple(found)
