"""The scalars, each with a specification; an invalid value is rejected with a sentence."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError
from msgspec import Struct
from strawberry.types.scalar import ScalarDefinition

from domain.timestamps import TIMESTAMP_LENGTH, Malformed, read_day, read_timestamp, write_timestamp

SafeInt = NewType("SafeInt", int)
EventCursor = NewType("EventCursor", str)


class ReportedDateTime(Struct, frozen=True, gc=False):
    """A point in time in an item of a report, or what is wrong with it: then only that item is rejected."""

    at: datetime | Malformed


class ReportedDecimal(Struct, frozen=True):
    """A decimal number in an item of a report, or what is wrong with it: then only that item is rejected."""

    value: Decimal | Malformed


EVENT_CURSOR_LIMIT: Final = 200
SAFE_INT_LIMIT: Final = 2**53 - 1
_DECIMAL: Final = re.compile(r"-?\d{1,20}(\.\d{1,10})?", re.ASCII)
_LARGEST_DECIMAL: Final = 10**20
# With a sign and a point.
_LONGEST_DECIMAL: Final = 32
_DECIMALS_KEPT: Final = 4096


def parse_date(value: Any) -> date:
    """A calendar date from ISO 8601 text. Raises GraphQLError."""
    found = read_day(value)
    if isinstance(found, Malformed):
        raise GraphQLError(found.message)
    return found


def parse_date_time(value: Any) -> datetime:
    """A moment from RFC 3339 text, in UTC. Raises GraphQLError."""
    found = read_timestamp(value)
    if isinstance(found, Malformed):
        raise GraphQLError(found.message)
    return found


def parse_reported_date_time(value: Any) -> ReportedDateTime:
    """Any value as a moment, or as what is wrong with it."""
    return ReportedDateTime(read_timestamp(value))


def parse_decimal(value: Any) -> Decimal:
    """A decimal number with the digits as they were sent. Raises GraphQLError."""
    # Python does not print integers of more than 4,300 digits.
    plain = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST_DECIMAL
    text = str(value) if plain else value
    if isinstance(text, str) and _DECIMAL.fullmatch(text):
        return Decimal(text)
    message = 'A Decimal is text like "12.50": digits 0 to 9, at most one point, and no more than 10 decimals.'
    raise GraphQLError(message)


def parse_reported_decimal(value: Any) -> ReportedDecimal:
    """Any value as a decimal number, or as what is wrong with it."""
    is_short = isinstance(value, str) and len(value) <= _LONGEST_DECIMAL
    return _report_text(value) if is_short else _report_decimal(value)


def _report_decimal(value: Any) -> ReportedDecimal:
    try:
        return ReportedDecimal(parse_decimal(value))
    except GraphQLError as error:
        return ReportedDecimal(Malformed(error.message))


# Reports name the same prices again and again.
_report_text: Final = lru_cache(_DECIMALS_KEPT)(_report_decimal)


def parse_safe_int(value: Any) -> int:
    """A whole number that every JSON client holds exactly. Raises GraphQLError."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= SAFE_INT_LIMIT:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > SAFE_INT_LIMIT:
        message = f"A SafeInt is a whole number between {-SAFE_INT_LIMIT:,} and {SAFE_INT_LIMIT:,}."
        raise GraphQLError(message)
    return value


def parse_event_cursor(value: Any) -> str:
    """Accept any text as a cursor; the stream validates it. Raises GraphQLError."""
    if isinstance(value, str) and len(value) <= EVENT_CURSOR_LIMIT:
        return value
    message = "An EventCursor is the text that came with an event."
    raise GraphQLError(message)


def serialize_date_time(value: datetime) -> str:
    """RFC 3339 in UTC, with `Z`."""
    return write_timestamp(value)


_MOMENT: Final = (
    "A point in time such as `2026-03-01T09:30:00Z`. Inputs need an offset; answers are in UTC. An input has at most "
    f"{TIMESTAMP_LENGTH:,} characters, and any number of them may be digits of a fraction, which the server rounds to "
    "the nearest microsecond and a half to the even one. The leap second at the end of a month, 23:59:60 UTC, becomes "
    "the last microsecond before midnight. The range is `0001-01-02T00:00:00Z` to `9999-12-30T23:59:59.999999Z`."
)
SCALARS: Final[Mapping[object, ScalarDefinition]] = {
    date: strawberry.scalar(
        name="Date",
        description="A calendar date such as `2026-03-01`. Days begin and end at midnight in the program's time zone.",
        specified_by_url="https://www.iso.org/iso-8601-date-and-time-format.html",
        serialize=date.isoformat,
        parse_value=parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description=_MOMENT,
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
        serialize=serialize_date_time,
        parse_value=parse_date_time,
    ),
    ReportedDateTime: strawberry.scalar(
        name="ReportedDateTime",
        description="A point in time in an item of a report, written like a `DateTime`. A malformed value does not "
        "reject the operation: the server rejects only this item, and its `errors` state what is wrong.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
        parse_value=parse_reported_date_time,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='A decimal number as a string such as `"12.50"`. Digits are kept as they were sent. Never NaN.',
        specified_by_url="https://speleotrove.com/decimal/decarith.html",
        serialize=str,
        parse_value=parse_decimal,
    ),
    ReportedDecimal: strawberry.scalar(
        name="ReportedDecimal",
        description="A decimal number in an item of a report, written like a `Decimal`. A malformed value does not "
        "reject the operation: the server rejects only this item, and its `errors` state what is wrong.",
        specified_by_url="https://speleotrove.com/decimal/decarith.html",
        parse_value=parse_reported_decimal,
    ),
    SafeInt: strawberry.scalar(
        name="SafeInt",
        description="A whole number up to 2^53-1 as a JSON number, for points and large quantities.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc7493#section-2.2",
        serialize=int,
        parse_value=parse_safe_int,
    ),
    EventCursor: strawberry.scalar(
        name="EventCursor",
        description="An opaque position in a stream of events. Resuming after it misses no event.",
        specified_by_url="https://relay.dev/graphql/connections.htm#sec-Cursor",
        serialize=str,
        parse_value=parse_event_cursor,
    ),
}

# For which values v of a scalar JSON takes v itself: conditions on v, over `date`, `datetime` and `UTC`.
NATIVES: Final[Mapping[str, str]] = {
    "Date": "type(v) is date",
    "DateTime": "type(v) is datetime and v.tzinfo is UTC",
    "SafeInt": "type(v) is int",
    "EventCursor": "type(v) is str",
}
