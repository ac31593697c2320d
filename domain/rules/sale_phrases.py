"""Phrases for clauses about one sale, alone or combined, as they stand and negated."""

from typing import assert_never

from msgspec import Struct

from domain.calendar import format_clock, format_day
from domain.channels import EarningChannel
from domain.rules.model import ChannelClause, PeriodClause, ProductClause, QuantityClause, Weekday
from domain.rules.phrases import DisplayNames, Phrase, category_phrases, display_names
from domain.text import drop_repeats, format_count, format_number, join_words

SaleClause = ProductClause | QuantityClause | ChannelClause | PeriodClause


class SaleLiteral(Struct, frozen=True):
    """A clause about a sale or, if `negated`, its opposite: a literal in the sense of propositional logic."""

    clause: SaleClause
    negated: bool


class _Words(Struct):
    """The parts of a sale phrase collected so far; an empty part is left out."""

    quantity: str = ""
    product: str = ""
    channel: str = ""
    period: str = ""
    # Whether a comma must follow the product or precede and follow the channel, so that they are not misread.
    comma_after_product: bool = False
    commas_around_channel: bool = False
    listed: bool = False


def sale_phrase(literals: tuple[SaleLiteral, ...], names: DisplayNames) -> Phrase:
    """Write what the clauses ask of one and the same sale; at most one clause of each type may be passed."""
    words = _Words()
    for one in literals:
        match one.clause:
            case ProductClause():
                _add_product(words, one.clause, names, negated=one.negated)
            case QuantityClause():
                _add_quantity(words, one.clause, negated=one.negated)
            case ChannelClause(channel):
                words.commas_around_channel = one.negated
                words.channel = f"but not {_channel_phrase(channel)}" if one.negated else _channel_phrase(channel)
            case PeriodClause():
                _add_period(words, one.clause, negated=one.negated)
            case _:
                assert_never(one.clause)
    return _compose(words)


def _compose(words: _Words) -> Phrase:
    goods = " of ".join(part for part in (words.quantity, words.product) if part)
    text = f"sell {goods}" if goods else "earn points"
    if words.quantity:
        text += " on one sale"
    # “anything except A through a coupon” could be read as an exception for A through a coupon only.
    pending = words.comma_after_product
    listed = words.listed
    for part, set_off in ((words.channel, words.commas_around_channel), (words.period, False)):
        if part:
            comma = pending or set_off
            text += f"{',' if comma else ''} {part}"
            listed = listed or comma
            pending = set_off
    return Phrase(text, listed=listed)


def _add_product(words: _Words, clause: ProductClause, names: DisplayNames, *, negated: bool) -> None:
    goods = drop_repeats(
        (
            *display_names(clause.variant_ids, names.variants, "variant"),
            *(f"any variant of {name}" for name in display_names(clause.product_ids, names.products, "product")),
            *(f"anything in {name}" for name in category_phrases(clause.category_ids, names)),
        )
    ) or ("a product that is not chosen yet",)
    text = join_words(goods, "or")
    words.product = f"anything except {text}" if negated else text
    words.comma_after_product = negated
    words.listed = words.listed or len(goods) > 1


def _add_quantity(words: _Words, clause: QuantityClause, *, negated: bool) -> None:
    low, high = clause.at_least, clause.at_most
    if low is None and high is None:
        words.quantity = "a number of units that is not given yet"
    elif high is None or low is None:
        words.quantity = _one_bound(low, high, negated=negated)
    elif low == high:
        words.quantity = (
            f"any number of units except {format_number(low)}" if negated else f"exactly {format_count(low, 'unit')}"
        )
    elif negated:
        words.quantity = f"fewer than {format_number(low)} or more than {format_count(high, 'unit')}"
        words.listed = True
    else:
        words.quantity = f"{format_number(low)} to {format_count(high, 'unit')}"


def _one_bound(low: int | None, high: int | None, *, negated: bool) -> str:
    if low is not None:
        return f"fewer than {format_count(low, 'unit')}" if negated else f"{format_number(low)} or more units"
    bound = high or 0
    return f"more than {format_count(bound, 'unit')}" if negated else f"at most {format_count(bound, 'unit')}"


def _channel_phrase(channel: EarningChannel) -> str:
    match channel:
        case EarningChannel.COUPON:
            return "through a coupon"
        case EarningChannel.SALE:
            return "through a sale"
        case _:
            assert_never(channel)


def _add_period(words: _Words, clause: PeriodClause, *, negated: bool) -> None:
    parts = [part for part in (_clock_phrase(clause), _weekday_phrase(clause), _date_phrase(clause)) if part]
    words.listed = words.listed or len(clause.weekdays or ()) > 1
    if not parts:
        words.period = "in a period that is not given yet"
    elif not negated:
        words.period = " ".join(parts)
    elif len(parts) == 1 and clause.to_date is None and clause.from_date is not None:
        words.period = f"before {format_day(clause.from_date)}"
    elif len(parts) == 1 and clause.from_date is None and clause.to_date is not None:
        words.period = f"after {format_day(clause.to_date)}"
    else:
        words.period = f"at any time except {' '.join(parts)}"


def _clock_phrase(clause: PeriodClause) -> str:
    start, end = clause.from_time, clause.to_time
    if start is None and end is None:
        return ""
    if end is None or start is None:
        return (
            f"from {format_clock(start)}"
            if start is not None
            else f"until {format_clock(end)}"
            if end is not None
            else ""
        )
    if (end.hour, end.minute) < (start.hour, start.minute):
        return f"between {format_clock(start)} and {format_clock(end)} the next day"
    return f"between {format_clock(start)} and {format_clock(end)}"


def _weekday_phrase(clause: PeriodClause) -> str:
    chosen = [weekday.value.capitalize() for weekday in Weekday if weekday in (clause.weekdays or ())]
    return f"on a {join_words(chosen, 'or')}" if chosen else ""


def _date_phrase(clause: PeriodClause) -> str:
    first, last = clause.from_date, clause.to_date
    if first is not None and last is not None:
        return f"on {format_day(first)}" if first == last else f"from {format_day(first)} to {format_day(last)}"
    if first is not None:
        return f"on or after {format_day(first)}"
    return f"on or before {format_day(last)}" if last is not None else ""
