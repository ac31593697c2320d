"""Writes in one sentence why an entry of the ledger exists: what earned or took back the points, and what caused it."""

from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.calendar import Calendar, format_day
from domain.points.ledger import LedgerAccount, PointsEntryKind
from domain.text import add_reason, format_count, quote


class Correction(Struct, frozen=True):
    """What a correction did to the place of a sale: it may come from another time, from another ECP, or go to one."""

    moved_from: datetime | None = None
    from_other_ecp: bool = False
    to_other_ecp: bool = False


class SoldName(Struct, frozen=True):
    """How people know a sale: by its external ID and its source. A redeemed coupon has neither.

    `returns` is the external ID of the sale that it returns, and `returns_number` that sale's number. `correction` is
    None if the sale was recorded for the first time.
    """

    number: int
    external_id: str | None
    sold_at: datetime
    source: str = ""
    returns_number: int | None = None
    returns: str | None = None
    correction: Correction | None = None


class Units(Struct, frozen=True):
    """What base points are the product of: the units of the line, and the base points of one."""

    quantity: int
    base_points: int


class SettledName(Struct, frozen=True):
    """The settlement that an entry belongs to, and what the entry does there: it goes in, is paid, or comes back.

    `reference` is that of the reported payment, or of its return with `is_return`.
    """

    number: int
    credit: LedgerAccount
    reference: str | None = None
    is_return: bool = False


class ExpiredLots(Struct, frozen=True):
    """Which points expired: those recorded until a day, after so many days."""

    recorded_until: date
    days: int


class EntryStory(Struct, frozen=True, kw_only=True):
    """What the sentence of an entry needs. `points` are as the ECP sees them; `sku` is the variant of the line.

    `cause` is the sale that caused a difference; it is the sale itself where that was corrected. None for the first
    valuation of a line. `rule` is None for base points, and `reason` is that of an adjustment. Points of a settlement
    have no sign.
    """

    kind: PointsEntryKind
    points: int
    sale: SoldName | None = None
    sku: str | None = None
    units: Units | None = None
    rule: str | None = None
    cause: SoldName | None = None
    reason: str | None = None
    settled: SettledName | None = None
    expired: ExpiredLots | None = None


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
            return _settlement(story, amount)
        case _:
            return _expiry(story, amount)


def _expiry(story: EntryStory, amount: str) -> str:
    """Write which points expired, by the last day on which they were recorded."""
    if story.expired is None:
        return f"{amount} expired."
    kept = format_count(story.expired.days, "day")
    return f"{amount} recorded until {format_day(story.expired.recorded_until)} expired: not paid out within {kept}."


def _settlement(story: EntryStory, amount: str) -> str:
    """Write where the points of a settlement went. They left the balance before they were paid."""
    settled = story.settled
    named = "a settlement" if settled is None else f"settlement {settled.number}"
    if settled is None or settled.credit is LedgerAccount.SETTLING:
        return f"{amount} went into {named}."
    reference = "" if settled.reference is None else f" with the reference {quote(settled.reference)}"
    if settled.credit is LedgerAccount.PAID:
        return f"{amount} of {named} {'was' if amount.startswith('1 ') else 'were'} paid{reference}."
    what = "came back" if settled.is_return else "failed"
    return f"The payment of {amount} of {named} {what}{reference}, so the balance has them again."


def _earned(story: EntryStory, calendar: Calendar) -> str:
    return f"{_points(story)} for {_line(story, calendar)}"


def _points(story: EntryStory) -> str:
    count = abs(story.points)
    if story.rule is not None:
        return f"{format_count(count, 'point')} of the rule {quote(story.rule)}"
    product = ""
    if story.units is not None:
        one = story.units
        product = f" ({format_count(one.quantity, 'unit')} of {format_count(one.base_points, 'point')} each)"
    return f"{format_count(count, 'base point')}{product}"


def _reversal(story: EntryStory, calendar: Calendar) -> str:
    were = "was" if abs(story.points) == 1 else "were"
    cause, sale = story.cause, story.sale
    if sale is not None and sale.external_id is not None:
        named = _sale(sale, calendar)
        taken = f"{_points(story)} for {story.sku or 'a product'} {were} taken back"
        if cause is not None and cause.returns_number == sale.number:
            return f"Sale {named} was returned with {cause.external_id}: {taken}."
        if cause is None or cause.number == sale.number:
            return f"{_correction(sale, cause, calendar)}: {taken}."
    return f"{_points(story)} for {_line(story, calendar)} {were} taken back{_because(story, calendar)}."


def _correction(sale: SoldName, cause: SoldName | None, calendar: Calendar) -> str:
    """Write what a correction did to a sale that loses points at its place."""
    made = None if cause is None else cause.correction
    if made is not None and made.to_other_ecp:
        return f"A correction moved sale {_sale(sale, calendar)} to another ECP"
    if cause is not None and made is not None and made.moved_from == sale.sold_at != cause.sold_at:
        return f"A correction moved {_moved(cause, made.moved_from, calendar, own_source='')}"
    return f"Sale {_sale(sale, calendar)} was corrected"


def _because(story: EntryStory, calendar: Calendar) -> str:
    """Write the cause of a difference; nothing for the first valuation of a line."""
    cause, sale = story.cause, story.sale
    if cause is None:
        return ""
    if sale is not None and cause.number == sale.number:
        return f", because {_own_correction(cause, calendar)}"
    if sale is not None and cause.returns_number == sale.number:
        return f", because the sale was returned with {cause.external_id}"
    if cause.external_id is None:
        moment = calendar.format_moment(cause.sold_at)
        return f", because a coupon that was redeemed on {moment} comes before it and was recorded later"
    source = "" if sale is None else sale.source
    if cause.returns is not None:
        beside = f"{cause.returns}{_source(cause, source)}"
        return f", because sale {beside}, which comes before it, was returned with {cause.external_id}"
    return f", because {_other_sale(cause, source, calendar)}"


def _own_correction(sale: SoldName, calendar: Calendar) -> str:
    made = sale.correction
    if made is not None and made.from_other_ecp:
        return "a correction moved the sale from another ECP"
    if made is not None and made.moved_from is not None:
        return f"a correction moved the sale from {_days(made.moved_from, sale.sold_at, calendar)[0]}"
    return "the sale was corrected"


def _other_sale(cause: SoldName, source: str, calendar: Calendar) -> str:
    """Write what another sale did to a line that comes after it, or came."""
    made = cause.correction
    named = _sale(cause, calendar, own_source=source)
    if made is None:
        return f"sale {named}, which comes before it, was recorded later"
    if made.to_other_ecp:
        left = _sale(replace(cause, sold_at=made.moved_from or cause.sold_at), calendar, own_source=source)
        return f"a correction moved sale {left}, which came before it, to another ECP"
    if made.from_other_ecp:
        return f"a correction moved sale {named}, which comes before it, from another ECP"
    if made.moved_from is not None:
        return f"a correction moved {_moved(cause, made.moved_from, calendar, own_source=source)}"
    return f"sale {named}, which comes before it, was corrected"


def _moved(sale: SoldName, since: datetime, calendar: Calendar, *, own_source: str) -> str:
    before, after = _days(since, sale.sold_at, calendar)
    return f"sale {sale.external_id}{_source(sale, own_source)} from {before} to {after}"


def _days(before: datetime, after: datetime, calendar: Calendar) -> tuple[str, str]:
    """Two different times: their days, with the times of day where it is one day."""
    days = calendar.day_of(before), calendar.day_of(after)
    if days[0] == days[1]:
        return calendar.format_moment(before), calendar.format_moment(after)
    return format_day(days[0]), format_day(days[1])


def _line(story: EntryStory, calendar: Calendar) -> str:
    sku = story.sku or "a product"
    if story.sale is None:
        return sku
    if story.sale.external_id is None:
        return f"the coupon of {sku} that was redeemed on {calendar.format_moment(story.sale.sold_at)}"
    return f"{sku} in sale {_sale(story.sale, calendar)}"


def _sale(sale: SoldName, calendar: Calendar, *, own_source: str = "") -> str:
    return f"{sale.external_id}{_source(sale, own_source)} of {format_day(calendar.day_of(sale.sold_at))}"


def _source(sale: SoldName, own_source: str) -> str:
    """The source of a sale, unless the sentence has named it."""
    return f" (source {sale.source})" if sale.source and sale.source != own_source else ""
