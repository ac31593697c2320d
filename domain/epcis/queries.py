"""Queries for events, read from the parameters that EPCIS 2.0 names."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from domain.epcis.identifiers import CouponEpc, Identifiers
from domain.epcis.statements import bare_word
from domain.epcis.vocabulary import BizStep, EventType, movements_with

DEFAULT_PAGE: Final = 30
# Pages are streamed, so their size costs the server no memory.
LARGEST_PAGE: Final = 100_000
_PAGE_SIZE: Final = re.compile(r"[0-9]{1,6}")
_MOST_VALUES: Final = 100
_VALUE_LENGTH: Final = 500
_MOMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "GE_recordTime": "recorded_from",
        "LT_recordTime": "recorded_before",
        "GE_eventTime": "occurred_from",
        "LT_eventTime": "occurred_before",
    }
)
_LISTS: Final = (
    "eventType",
    "EQ_bizStep",
    "EQ_bizTransaction_po",
    "EQ_bizTransaction_desadv",
    "MATCH_epc",
)
PARAMETERS: Final = (*_LISTS, *_MOMENTS, "perPage", "nextPageToken")


class QueryRejected(Exception):
    """A parameter is unknown or has a wrong value; `parameter` names it."""

    def __init__(self, message: str, parameter: str) -> None:
        super().__init__(message)
        self.message = message
        self.parameter = parameter


class EventQuery(Struct, frozen=True, kw_only=True):
    """A query for events; None for what it does not restrict. `movements` are kinds with the condition afterwards."""

    movements: tuple[tuple[str, str | None], ...] | None = None
    consignments: tuple[str, ...] | None = None
    batches: tuple[str, ...] | None = None
    coupons: tuple[CouponEpc, ...] | None = None
    recorded_from: datetime | None = None
    recorded_before: datetime | None = None
    occurred_from: datetime | None = None
    occurred_before: datetime | None = None
    per_page: int = DEFAULT_PAGE
    token: str | None = None


def read_query(parameters: Mapping[str, Sequence[str]], identifiers: Identifiers) -> EventQuery:
    """Read a query from its parameters; values of one parameter are separated by `|`. Raises QueryRejected."""
    for name, given in parameters.items():
        if name not in PARAMETERS:
            known = ", ".join(PARAMETERS)
            raise QueryRejected(f"This server does not know the parameter {name[:100]}. It knows {known}.", name)
        if len(given) > 1:
            raise QueryRejected(f"Give {name} once; separate several values by |.", name)
    lists = {name: _values(name, parameters[name][0]) for name in _LISTS if name in parameters}
    moments = {field: _moment(name, parameters[name][0]) for name, field in _MOMENTS.items() if name in parameters}
    consignments, batches = lists.get("EQ_bizTransaction_po"), lists.get("EQ_bizTransaction_desadv")
    return EventQuery(
        movements=_movements(lists.get("EQ_bizStep"), lists.get("eventType")),
        consignments=consignments and tuple(identifiers.read_consignment(each) for each in consignments),
        batches=batches and tuple(identifiers.read_batch(each) for each in batches),
        coupons=_coupons(lists.get("MATCH_epc"), identifiers),
        per_page=_page_size(parameters),
        token=parameters["nextPageToken"][0] if "nextPageToken" in parameters else None,
        **moments,
    )


def _values(name: str, text: str) -> tuple[str, ...]:
    values = tuple(text.split("|"))
    if not all(values):
        raise QueryRejected(f"{name} has an empty value.", name)
    if len(values) > _MOST_VALUES:
        raise QueryRejected(f"{name} has at most {_MOST_VALUES} values, not {len(values):,}.", name)
    if any(len(value) > _VALUE_LENGTH for value in values):
        raise QueryRejected(f"A value of {name} has at most {_VALUE_LENGTH} characters.", name)
    if any("\0" in value for value in values):
        raise QueryRejected(f"A value of {name} has a character that cannot be stored.", name)
    return values


def _moment(name: str, text: str) -> datetime:
    # A plus sign in a URL that was not encoded arrives as a space.
    try:
        at: datetime = msgspec.convert(text.replace(" ", "+"), Annotated[datetime, Meta(tz=True)])
        return at.astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        message = f"{name} needs a time with an offset from UTC, like 2026-03-10T14:30:00+05:30."
        raise QueryRejected(message, name) from None


def _movements(
    steps: tuple[str, ...] | None, types: tuple[str, ...] | None
) -> tuple[tuple[str, str | None], ...] | None:
    unknown = [each for each in types or () if each not in frozenset(EventType)]
    if unknown:
        known = ", ".join(EventType)
        raise QueryRejected(f"There is no event type {unknown[0][:100]}. EPCIS 2.0 has {known}.", "eventType")
    if steps is None and types is None:
        return None
    words = None if steps is None else frozenset(bare_word(each) or "" for each in steps)
    strange = sorted((words or frozenset()) - frozenset(BizStep))
    if strange:
        known = ", ".join(BizStep)
        message = f"No event of this server has the business step {strange[0][:100]}. Its events have {known}."
        raise QueryRejected(message, "EQ_bizStep")
    return tuple(movements_with(biz_steps=words, types=None if types is None else frozenset(types)))


def _coupons(epcs: tuple[str, ...] | None, identifiers: Identifiers) -> tuple[CouponEpc, ...] | None:
    """The coupons of EPCs; those that are none of ours match nothing."""
    if epcs is None:
        return None
    found = (identifiers.read_coupon(epc) for epc in epcs)
    return tuple(coupon for coupon in found if coupon is not None)


def _page_size(parameters: Mapping[str, Sequence[str]]) -> int:
    if "perPage" not in parameters:
        return DEFAULT_PAGE
    text = parameters["perPage"][0]
    if _PAGE_SIZE.fullmatch(text) is None or not 1 <= int(text) <= LARGEST_PAGE:
        raise QueryRejected(f"perPage is a number from 1 to {LARGEST_PAGE:,}.", "perPage")
    return int(text)
