"""What keeps a reported sale from being recorded beside those that are known, as problems (R20)."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from domain.failures import Problem, UserErrorCode
from domain.sales.content import Version
from domain.sales.lines import count_returned, find_excess
from domain.sales.states import ArrivingSale, KnownSale
from domain.text import format_count, quote
from domain.timestamps import write_timestamp


def sale_conflicts(sale: ArrivingSale, known: KnownSale | None, target: KnownSale | None) -> Iterator[Problem]:
    """Yield the problems of a sale with what came back of it, or with the sale that it returns."""
    if sale.returns is not None:
        yield from _check_return(sale, known, target)
        return
    others = () if known is None else known.returned_by_others
    back = count_returned(others)
    for line in sale.lines:
        if line.quantity < 0:
            back[line.variant_id] = back.get(line.variant_id, 0) - line.quantity
    if not back:
        return
    sold = [line for line in sale.lines if line.quantity > 0]
    if not sold and not others:
        message = "This sale only returns units: name the sale that it returns in returnsExternalId."
        yield Problem(UserErrorCode.REQUIRED, message, ("returnsExternalId",))
        return
    excess = find_excess(sold, back)
    taken = count_returned(others)
    yield from _excess_problems(sale, {key: units - taken.get(key, 0) for key, units in excess.items()}, "this sale")
    if excess.keys() - {line.variant_id for line in sale.lines if line.quantity < 0}:
        message = "Other sales return more units of this sale than it would have left. Correct those sales first."
        yield Problem(UserErrorCode.CONFLICT, message, ("lines",))


def _check_return(sale: ArrivingSale, known: KnownSale | None, target: KnownSale | None) -> Iterator[Problem]:
    path = ("returnsExternalId",)
    if sale.returns == sale.external_id:
        message = "A sale cannot return itself. Send a revision of it with fewer units or negative quantities."
        yield Problem(UserErrorCode.INVALID, message, path)
        return
    if target is None:
        return
    if target.returns is not None:
        message = "That sale is a return itself, and a return cannot be returned. Correct it instead."
        yield Problem(UserErrorCode.CONFLICT, message, path)
        return
    if known is not None and known.returned_by_others:
        message = "Other sales return units of this sale, so it cannot become a return. Correct those sales first."
        yield Problem(UserErrorCode.CONFLICT, message, path)
    assert sale.sold_at is not None  # noqa: S101 - a sale without problems has a time
    if sale.sold_at < target.place.sold_at:
        message = (
            f"Units come back after they were sold: this return is from {write_timestamp(sale.sold_at)}, and the sale "
            f"{quote(target.place.external_id)} from {write_timestamp(target.place.sold_at)}. Correct soldAt of one."
        )
        yield Problem(UserErrorCode.INVALID, message, ("soldAt",))
    if target.ecp != sale.ecp:
        message = "The sale that this one returns belongs to another ECP."
        yield Problem(UserErrorCode.CONFLICT, message, ("ecpCode",))
    for index, line in enumerate(sale.lines):
        if line.quantity > 0:
            message = "A return has negative quantities only. Report what was sold as a sale of its own."
            yield Problem(UserErrorCode.INVALID, message, ("lines", str(index), "quantity"))
            return
    number = None if known is None else known.number
    back = count_returned(one for one in target.returned if one.returning_sale != number)
    mine: dict[UUID, int] = {}
    for line in sale.lines:
        mine[line.variant_id] = mine.get(line.variant_id, 0) - line.quantity
    total = {variant: back.get(variant, 0) + units for variant, units in mine.items()}
    excess = find_excess(target.sold, total)
    yield from _excess_problems(
        sale,
        {key: sold - back.get(key, 0) for key, sold in excess.items()},
        f"the sale {quote(target.place.external_id)}",
    )


def _excess_problems(sale: ArrivingSale, excess: Mapping[UUID, int], noun: str) -> Iterator[Problem]:
    """A problem for the first negative line of each variant of which too much comes back."""
    seen: set[UUID] = set()
    for index, line in enumerate(sale.lines):
        if line.quantity < 0 and line.variant_id in excess and line.variant_id not in seen:
            seen.add(line.variant_id)
            left = format_count(excess[line.variant_id], "unit")
            message = f"More units come back than were sold: {noun} has {left} of {quote(sale.skus[index])} to return."
            yield Problem(UserErrorCode.INVALID, message, ("lines", str(index), "quantity"))


def version_conflict(new: Version, known: Version, verb: str, *, is_sent: bool = False) -> Problem:
    """The problem of a version with other content than a known one, which was recorded or parked.

    One that `is_sent` came earlier in the same report, of which nothing may be kept.
    """
    if is_sent:
        message = (
            "This report has the same sale with other content, and nothing says which is newer. Send it once, or with "
            "a higher revision or a later updatedAt."
        )
        return Problem(UserErrorCode.CONFLICT, message, ("externalId",))
    if new.revision is not None and known.updated_at is None:
        message = (
            f"Revision {new.revision} of this sale was {verb} with other content. Send a correction with a higher "
            "revision."
        )
        return Problem(UserErrorCode.CONFLICT, message, ("revision",))
    if new.updated_at is not None and known.updated_at is not None:
        message = f"This sale was {verb} with other content and the same updatedAt. Send a correction with a later one."
        return Problem(UserErrorCode.CONFLICT, message, ("updatedAt",))
    message = (
        f"This sale was {verb} with other content. To correct it, send a higher revision or a later updatedAt, "
        "whichever its first report had."
    )
    return Problem(UserErrorCode.CONFLICT, message, ("externalId",))


def unknown_sale() -> Problem:
    """The problem of a return whose sale is not known."""
    message = "The sale that this one returns is not recorded yet. This return is recorded as soon as it is."
    return Problem(UserErrorCode.NOT_FOUND, message, ("returnsExternalId",))
