"""The scalars, each with a specification; an invalid value is rejected with a sentence."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

SafeInt = NewType("SafeInt", int)
EventCursor = NewType("EventCursor", str)

EVENT_CURSOR_LIMIT: Final = 200
SAFE_INT_LIMIT: Final = 2**53 - 1
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})")
_DECIMAL: Final = re.compile(r"-?\d{1,20}(\.\d{1,10})?")


def parse_date(value: Any) -> date:
    """A calendar date from ISO 8601 text. Raises GraphQLError."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    message = "A Date is written like 2026-03-01 and must exist in the calendar."
    raise GraphQLError(message)


def parse_date_time(value: Any) -> datetime:
    """A moment from RFC 3339 text, in UTC. Raises GraphQLError."""
    if isinstance(value, str) and _DATE_TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    message = "A DateTime is written like 2026-03-01T09:30:00Z, always with an offset."
    raise GraphQLError(message)


def parse_decimal(value: Any) -> Decimal:
    """A decimal number with the digits as they were sent. Raises GraphQLError."""
    if isinstance(value, str | int) and not isinstance(value, bool) and _DECIMAL.fullmatch(str(value)):
        try:
            return Decimal(str(value))
        except InvalidOperation:
            pass
    message = 'A Decimal is text like "12.50": digits, at most one point, and no more than 10 decimals.'
    raise GraphQLError(message)


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
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


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
        description="A point in time such as `2026-03-01T09:30:00Z`. Inputs need an offset; answers are in UTC.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
        serialize=serialize_date_time,
        parse_value=parse_date_time,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='A decimal number as a string such as `"12.50"`. Digits are kept as they were sent. Never NaN.',
        specified_by_url="https://speleotrove.com/decimal/decarith.html",
        serialize=str,
        parse_value=parse_decimal,
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
