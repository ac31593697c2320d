"""Writes in one sentence why an entry of the ledger exists: what earned or took back the points, and what caused it."""

from datetime import datetime

from msgspec import Struct

from domain.calendar import Calendar, format_day
from domain.points.ledger import PointsEntryKind
from domain.text import add_reason, format_count, quote


class SoldName(Struct, frozen=True):
    """How people know a sale: by its external ID. A redeemed coupon has None.

    `returns` is the external ID of the sale that it returns, and `returns_number` that sale's number.
    """

    number: int
    external_id: str | None
    sold_at: datetime
    returns_number: int | None = None
    returns: str | None = None


class EntryStory(Struct, frozen=True, kw_only=True):
    """What the sentence of an entry needs. `points` are as the ECP sees them; `sku` is the variant of the line.

    `cause` is the sale that caused a difference; it is the sale itself where that was corrected. None for the first
    valuation of a line. `rule` is None for base points, and `reason` is that of an adjustment.
    """

    kind: PointsEntryKind
    points: int
    sale: SoldName | None = None
    sku: str | None = None
    rule: str | None = None
    cause: SoldName | None = None
    reason: str | None = None


def entry_sentence(story: EntryStory, calendar: Calendar) -> str:
    """Write why the entry exists."""
    amount = format_count(abs(story.points), "point")
    match story.kind:
        case PointsEntryKind.BASE | PointsEntryKind.BONUS:
            return f"{_earned(story, calendar)}{_because(story, calendar)}."
        case PointsEntryKind.REVERSAL:
            return _reversal(story, calendar)
        case PointsEntryKind.ADJUSTMENT:
            return add_reason(f"An adjustment {'added' if story.points >= 0 else 'took'} {amount}", story.reason)
        case PointsEntryKind.SETTLEMENT:
            return f"{amount} went into a settlement."
        case _:
            return f"{amount} expired."


def _earned(story: EntryStory, calendar: Calendar) -> str:
    count = abs(story.points)
    if story.rule is None:
        return f"{format_count(count, 'base point')} for {_line(story, calendar)}"
    return f"{format_count(count, 'point')} of the rule {quote(story.rule)} for {_line(story, calendar)}"


def _reversal(story: EntryStory, calendar: Calendar) -> str:
    count = abs(story.points)
    of = f"{format_count(count, 'base point')}" if story.rule is None else f"{format_count(count, 'point')}"
    source = "" if story.rule is None else f" of the rule {quote(story.rule)}"
    were = "was" if count == 1 else "were"
    cause, sale = story.cause, story.sale
    if sale is not None and sale.external_id is not None:
        named = f"Sale {sale.external_id} of {format_day(calendar.day_of(sale.sold_at))}"
        taken = f"{of}{source} for {story.sku or 'a product'} {were} taken back"
        if cause is not None and cause.returns_number == sale.number:
            return f"{named} was returned with {cause.external_id}: {taken}."
        if cause is None or cause.number == sale.number:
            return f"{named} was corrected or returned: {taken}."
    return f"{of}{source} for {_line(story, calendar)} {were} taken back{_because(story, calendar)}."


def _because(story: EntryStory, calendar: Calendar) -> str:
    """Write the cause of a difference; nothing for the first valuation of a line."""
    cause, sale = story.cause, story.sale
    if cause is None:
        return ""
    if sale is not None and cause.number == sale.number:
        return ", because the sale was corrected or returned"
    if sale is not None and cause.returns_number == sale.number:
        return f", because the sale was returned with {cause.external_id}"
    day = format_day(calendar.day_of(cause.sold_at))
    if cause.external_id is None:
        return f", because a coupon that was redeemed on {day} comes before it and was recorded later"
    if cause.returns is not None:
        return f", because sale {cause.returns}, which comes before it, was returned with {cause.external_id}"
    return f", because sale {cause.external_id} of {day}, which comes before it, was recorded later or corrected"


def _line(story: EntryStory, calendar: Calendar) -> str:
    sku = story.sku or "a product"
    if story.sale is None:
        return sku
    day = format_day(calendar.day_of(story.sale.sold_at))
    if story.sale.external_id is None:
        return f"the coupon of {sku} that was redeemed on {day}"
    return f"{sku} in sale {story.sale.external_id} of {day}"
