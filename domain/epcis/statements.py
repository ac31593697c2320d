"""What a captured event states: which coupons were produced, packed, sent, received, damaged, or put into products."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from domain.epcis.documents import QuantityElement, SentEvent
from domain.epcis.identifiers import CouponClass, CouponEpc, Identifiers
from domain.epcis.offsets import is_offset
from domain.epcis.parties import StatedParty, read_parties
from domain.epcis.vocabulary import FINAL_KEY, RANGES_KEY, Action, BizStep, EventType
from domain.failures import InvalidInput, Path, Problem, UserErrorCode
from domain.spans import LAST_SERIAL, Span, Spans
from domain.text import format_count, format_number, quote, shorten

# Coupons are younger, and no conversion to another offset overflows.
_EARLIEST_YEAR: Final = 2000
_LATEST_YEAR: Final = 9998


class StatementKind(StrEnum):
    """What an event reports."""

    PRODUCED = "PRODUCED"
    SPOILED = "SPOILED"
    PACKED = "PACKED"
    DISPATCHED = "DISPATCHED"
    RECEIVED = "RECEIVED"
    DAMAGED = "DAMAGED"
    COMMISSIONED = "COMMISSIONED"


_OBJECT, _AGGREGATION = EventType.OBJECT.value, EventType.AGGREGATION.value
_ADD, _OBSERVE, _DELETE = Action.ADD.value, Action.OBSERVE.value, Action.DELETE.value
# By type, action, step, and whether the disposition is `damaged`.
_KINDS: Final[Mapping[tuple[str, str, str], StatementKind]] = MappingProxyType(
    {
        (_OBJECT, _ADD, BizStep.COMMISSIONING.value): StatementKind.PRODUCED,
        (_OBJECT, _DELETE, BizStep.DESTROYING.value): StatementKind.SPOILED,
        (_AGGREGATION, _ADD, BizStep.PACKING.value): StatementKind.PACKED,
        (_OBJECT, _OBSERVE, BizStep.SHIPPING.value): StatementKind.DISPATCHED,
        (_OBJECT, _OBSERVE, BizStep.RECEIVING.value): StatementKind.RECEIVED,
        (_OBJECT, _OBSERVE, BizStep.INSTALLING.value): StatementKind.COMMISSIONED,
    }
)
_DISPOSITIONS: Final[Mapping[StatementKind, frozenset[str | None]]] = MappingProxyType(
    {
        StatementKind.PRODUCED: frozenset({None, "active"}),
        StatementKind.SPOILED: frozenset({None, "destroyed"}),
        StatementKind.PACKED: frozenset({None, "in_progress"}),
        StatementKind.DISPATCHED: frozenset({None, "in_transit"}),
        StatementKind.RECEIVED: frozenset({None, "in_progress"}),
        StatementKind.DAMAGED: frozenset({"damaged"}),
        StatementKind.COMMISSIONED: frozenset({None, "active", "in_progress"}),
    }
)
_RECORDED: Final = (
    "This server records ObjectEvents that are commissioning (ADD), destroying (DELETE), shipping, receiving, or "
    "installing (OBSERVE), and AggregationEvents that are packing (ADD)."
)
# Characters of a word that a sentence repeats.
_LONGEST_WORD: Final = 64
# Words of CBV 2.0 may come as full identifiers.
_WORD_STARTS: Final = (
    "urn:epcglobal:cbv:bizstep:",
    "urn:epcglobal:cbv:disp:",
    "urn:epcglobal:cbv:btt:",
    "https://ref.gs1.org/cbv/BizStep-",
    "https://ref.gs1.org/cbv/Disp-",
    "https://ref.gs1.org/cbv/BTT-",
)
# Steps that may name a number of coupons alone: the lowest serials are taken.
_COUNTED: Final = frozenset({StatementKind.PRODUCED, StatementKind.DISPATCHED})


class ClassQuantity(Struct, frozen=True):
    """So many coupons of a class, which is named by its coupon reference or as itself."""

    coupons: CouponClass | int
    quantity: int
    path: Path


class Stated(Struct, frozen=True, kw_only=True):
    """A captured event, understood. `references` are the coupon references that the EPCs of serials name.

    `counted` names coupons by their number alone, and `declared` states how many the ranges of serials name.
    """

    kind: StatementKind
    serials: Spans
    references: Mapping[int, int]
    counted: tuple[ClassQuantity, ...]
    declared: tuple[ClassQuantity, ...] = ()
    parties: tuple[StatedParty, ...] = ()
    ssccs: tuple[str, ...]
    occurred_at: datetime
    offset: str
    consignment: str | None
    batch: str | None
    parent: str | None = None
    final: bool = False
    serials_path: Path = ("epcList",)


def understand(event: SentEvent, identifiers: Identifiers) -> Stated:
    """Read what an event states. Raises InvalidInput."""
    occurred_at = _read_time(event)
    kind = _read_kind(event)
    packs = kind is StatementKind.PACKED
    epcs, path = (event.child_epcs, "childEPCs") if packs else (event.epcs, "epcList")
    quantities, where = (event.child_quantities, "childQuantityList") if packs else (event.quantities, "quantityList")
    _reject_misplaced(event, packs=packs)
    found = _read_epcs(epcs or [], identifiers, path)
    ranges = list(_read_ranges(event))
    if quantities and not ranges and kind not in _COUNTED:
        raise _invalid("State which coupons: a quantity alone does not name any.", (where,))
    counted = tuple(_read_quantities(quantities or [], identifiers, where))
    declared = _check_total(counted, ranges) if ranges else ()
    counted = () if ranges else counted
    serials = _merge([Span(each.serial, each.serial) for each in found.coupons] + ranges, path)
    if not serials and not counted and not found.ssccs:
        raise _invalid(f"State which coupons the event is about, in “{path}”.", (path,), UserErrorCode.REQUIRED)
    if counted and (serials or found.ssccs):
        raise _invalid("State either EPCs or a quantity, not both.", (where,), UserErrorCode.CONFLICT)
    return Stated(
        kind=kind,
        serials=serials,
        references={each.serial: each.reference for each in found.coupons if each.reference is not None},
        counted=counted,
        declared=declared,
        parties=tuple(read_parties(event, identifiers)),
        ssccs=tuple(found.ssccs),
        occurred_at=occurred_at,
        offset=event.offset or "",
        consignment=_transaction(event, "po", identifiers.read_consignment),
        batch=_transaction(event, "desadv", identifiers.read_batch),
        parent=_read_parent(event, identifiers) if packs else None,
        final=bool(event.final),
        serials_path=(path if found.coupons or found.ssccs else RANGES_KEY,),
    )


class _Epcs(Struct):
    coupons: list[CouponEpc]
    ssccs: list[str]


def bare_word(text: str | None) -> str | None:
    """A word of CBV 2.0 without the namespace that it may come with."""
    if text is None:
        return None
    for start in _WORD_STARTS:
        if text.startswith(start):
            return text[len(start) :]
    return text


def _read_time(event: SentEvent) -> datetime:
    if event.event_time is None:
        raise _invalid("“eventTime” is missing.", ("eventTime",), UserErrorCode.REQUIRED)
    if event.offset is None:
        raise _invalid("“eventTimeZoneOffset” is missing.", ("eventTimeZoneOffset",), UserErrorCode.REQUIRED)
    if not is_offset(event.offset):
        offset = shorten(event.offset, _LONGEST_WORD)
        message = f"“eventTimeZoneOffset” is written like +05:30, from -14:00 to +14:00, not {quote(offset)}."
        raise _invalid(message, ("eventTimeZoneOffset",))
    try:
        at: datetime = msgspec.convert(event.event_time, Annotated[datetime, Meta(tz=True)])
    except msgspec.ValidationError:
        message = "“eventTime” needs a date, a time, and an offset from UTC, like 2026-03-10T14:30:00+05:30."
        raise _invalid(message, ("eventTime",)) from None
    if not _EARLIEST_YEAR <= at.year <= _LATEST_YEAR:
        raise _invalid(f"“eventTime” is in the year {at.year}.", ("eventTime",))
    return at


def _read_kind(event: SentEvent) -> StatementKind:
    kind = _KINDS.get((event.type, event.action or "", bare_word(event.biz_step) or ""))
    if kind is None:
        kind_of, action, step = (
            shorten(word, _LONGEST_WORD)
            for word in (event.type, event.action or "no action", event.biz_step or "no business step")
        )
        article = "an" if kind_of.startswith(tuple("AEIOU")) else "a"
        message = f"This server does not record {article} {kind_of} with {action} and {step}. "
        raise _invalid(message + _RECORDED, ("bizStep",))
    disposition = bare_word(event.disposition)
    if kind is StatementKind.RECEIVED and disposition == "damaged":
        kind = StatementKind.DAMAGED
    if disposition not in _DISPOSITIONS[kind]:
        named = "none" if disposition is None else shorten(disposition, _LONGEST_WORD)
        message = f"An event that is {bare_word(event.biz_step)} does not have the disposition {named}."
        raise _invalid(message, ("disposition",))
    return kind


def _reject_misplaced(event: SentEvent, *, packs: bool) -> None:
    """Reject fields that belong to the other type of event. Raises InvalidInput."""
    misplaced = (
        {"epcList": event.epcs, "quantityList": event.quantities}
        if packs
        else {"childEPCs": event.child_epcs, "childQuantityList": event.child_quantities, "parentID": event.parent_id}
    )
    for name, given in misplaced.items():
        if given is not None:
            raise _invalid(f"Events of the type {event.type} have no “{name}”.", (name,))
    if event.final is not None and bare_word(event.biz_step) != BizStep.RECEIVING:
        raise _invalid(f"Only events that are receiving have “{FINAL_KEY}”.", (FINAL_KEY,))


def _read_epcs(epcs: list[str], identifiers: Identifiers, name: str) -> _Epcs:
    found = _Epcs([], [])
    for index, epc in enumerate(epcs):
        coupon = identifiers.read_coupon(epc)
        if coupon is not None:
            found.coupons.append(coupon)
        elif (sscc := identifiers.read_pack(epc)) is not None:
            found.ssccs.append(sscc)
        else:
            message = f"{quote(epc[:100])} is not the EPC of a coupon of this program, nor of a pack."
            raise _invalid(message, (name, str(index)), UserErrorCode.NOT_FOUND)
    return found


def _read_ranges(event: SentEvent) -> Iterator[Span]:
    for index, given in enumerate(event.ranges or ()):
        if not 0 <= given.first <= given.last <= LAST_SERIAL:
            message = f"A range goes from a serial to a later one, from 0 to {LAST_SERIAL}."
            raise _invalid(message, (RANGES_KEY, str(index)))
        yield Span(given.first, given.last)


def _read_quantities(quantities: list[QuantityElement], identifiers: Identifiers, name: str) -> Iterator[ClassQuantity]:
    for index, element in enumerate(quantities):
        coupons = identifiers.read_class(element.epc_class)
        if coupons is None:
            message = f"{quote(element.epc_class[:100])} is not a class of coupons of this program."
            raise _invalid(message, (name, str(index), "epcClass"), UserErrorCode.NOT_FOUND)
        quantity = element.quantity
        if quantity is None or not 1 <= quantity <= LAST_SERIAL + 1 or quantity != int(quantity):
            raise _invalid("The quantity must be a whole number of coupons.", (name, str(index), "quantity"))
        if element.uom is not None:
            raise _invalid("Coupons are counted: leave out “uom”.", (name, str(index), "uom"))
        yield ClassQuantity(coupons, int(quantity), (name, str(index)))


def _check_total(counted: tuple[ClassQuantity, ...], ranges: list[Span]) -> tuple[ClassQuantity, ...]:
    """Return the quantities that come with ranges, if there are any. Raises InvalidInput unless they agree."""
    stated, named = sum(each.quantity for each in counted), sum(span.quantity for span in ranges)
    if counted and stated != named:
        name = counted[0].path[0]
        message = f"“{name}” counts {format_count(stated, 'coupon')}, but “{RANGES_KEY}” names {format_number(named)}."
        raise _invalid(message, (name,), UserErrorCode.CONFLICT)
    return counted


def _merge(spans: list[Span], name: str) -> Spans:
    merged = Spans.of(spans)
    if merged.quantity != sum(span.quantity for span in spans):
        raise _invalid(f"“{name}” names a coupon twice.", (name,), UserErrorCode.DUPLICATE)
    return merged


def _transaction(event: SentEvent, kind: str, read: Callable[[str], str]) -> str | None:
    found = [each.biz_transaction for each in event.transactions or () if bare_word(each.type) == kind]
    if len(found) > 1:
        raise _invalid(f"An event names one business transaction of the type {kind}.", ("bizTransactionList",))
    return read(found[0]) if found else None


def _read_parent(event: SentEvent, identifiers: Identifiers) -> str:
    if event.parent_id is None:
        raise _invalid("“parentID” is missing: name the SSCC of the pack.", ("parentID",), UserErrorCode.REQUIRED)
    sscc = identifiers.read_pack(event.parent_id)
    if sscc is None:
        raise _invalid(f"{quote(event.parent_id[:100])} is not an SSCC with a valid check digit.", ("parentID",))
    return sscc


def _invalid(message: str, path: Path, code: UserErrorCode = UserErrorCode.INVALID) -> InvalidInput:
    return InvalidInput(Problem(code, message, path))
