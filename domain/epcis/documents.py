"""EPCIS documents as clients send them, checked against what EPCIS 2.0 allows and this server records.

Nothing is loaded from the addresses in a document: `@context` is compared with the contexts that we know.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from domain.checks import hidden_problems, text_problems
from domain.epcis.vocabulary import EPCIS_CONTEXT, FINAL_KEY, NAMESPACE, PREFIX, RANGES_KEY
from domain.failures import InvalidInput, Path, Problem, UserErrorCode
from domain.text import quote

# Events of one document, and EPCs of one event.
LARGEST_DOCUMENT: Final = 1000
LARGEST_EVENT: Final = 10_000
LARGEST_LIST: Final = 50
URI_LENGTH: Final = (1, 500)
# How msgspec words what it rejects, and how much of a name is shown.
_UNKNOWN: Final = "Object contains unknown field"
_MISSING: Final = "Object missing required field"
_NAMED: Final = re.compile("`(.*)`", re.DOTALL)
_STEP: Final = re.compile(r"[^.\[\]]+")
_SHOWN: Final = 100
# RFC 3986, in short: a scheme, and then what a URI may have.
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})+")
_CONTEXTS: Final = frozenset(
    {
        EPCIS_CONTEXT,
        "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
        "https://gs1.github.io/EPCIS/epcis-context.jsonld",
    }
)


class BizTransaction(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A business transaction that an event is part of. The hash of an event depends on the order of these fields."""

    type: str | None = None
    biz_transaction: str = field(name="bizTransaction")


class Party(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A source or a destination."""

    type: str
    source: str | None = None
    destination: str | None = None


class Identified(Struct, frozen=True, forbid_unknown_fields=True):
    """A read point or a business location."""

    id: str


class QuantityElement(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """So many coupons of a class."""

    epc_class: str = field(name="epcClass")
    quantity: int | float | None = None
    uom: str | None = None


class SerialRange(Struct, frozen=True, forbid_unknown_fields=True):
    """The serials from `first` to `last`, both included."""

    first: int
    last: int


class SentEvent(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An event, with the fields that this server records."""

    type: str
    context: Any = field(name="@context", default=None)
    event_id: str | None = field(name="eventID", default=None)
    event_time: str | None = field(name="eventTime", default=None)
    offset: str | None = field(name="eventTimeZoneOffset", default=None)
    record_time: str | None = field(name="recordTime", default=None)
    action: str | None = None
    biz_step: str | None = field(name="bizStep", default=None)
    disposition: str | None = None
    parent_id: str | None = field(name="parentID", default=None)
    epcs: list[str] | None = field(name="epcList", default=None)
    quantities: list[QuantityElement] | None = field(name="quantityList", default=None)
    child_epcs: list[str] | None = field(name="childEPCs", default=None)
    child_quantities: list[QuantityElement] | None = field(name="childQuantityList", default=None)
    read_point: Identified | None = field(name="readPoint", default=None)
    biz_location: Identified | None = field(name="bizLocation", default=None)
    transactions: list[BizTransaction] | None = field(name="bizTransactionList", default=None)
    sources: list[Party] | None = field(name="sourceList", default=None)
    destinations: list[Party] | None = field(name="destinationList", default=None)
    ranges: list[SerialRange] | None = field(name=RANGES_KEY, default=None)
    final: bool | None = field(name=FINAL_KEY, default=None)


class _Body(Struct, frozen=True, forbid_unknown_fields=True):
    events: list[msgspec.Raw] = field(name="eventList")


class _Document(Struct, frozen=True, forbid_unknown_fields=True):
    type: str
    body: _Body = field(name="epcisBody")
    context: Any = field(name="@context", default=None)
    id: str | None = None
    schema_version: str | None = field(name="schemaVersion", default=None)
    creation_date: str | None = field(name="creationDate", default=None)


class TooManyEvents(Exception):
    """A document has more events than one transaction records."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"A document has at most {LARGEST_DOCUMENT:,} events, and this one has {count:,}. Send it in parts."
        )


def read_document(body: bytes) -> list[bytes]:
    """Read the events of an EPCISDocument, each as JSON. Raises InvalidInput and TooManyEvents."""
    try:
        body.decode()
    except UnicodeDecodeError:
        raise _invalid("The document is not UTF-8.", ()) from None
    document = _decode(body, _Document)
    if document.type != "EPCISDocument":
        raise _invalid(f"Send an EPCISDocument, not a document of the type {quote(document.type)}.", ("type",))
    if document.schema_version is not None and document.schema_version.partition(".")[0] != "2":
        raise _invalid("Send a document of EPCIS 2.0: “schemaVersion” is 2.0.", ("schemaVersion",))
    check_context(document.context)
    count = len(document.body.events)
    if count > LARGEST_DOCUMENT:
        raise TooManyEvents(count)
    if count == 0:
        raise _invalid("The document has no events.", ("epcisBody", "eventList"))
    return [bytes(event) for event in document.body.events]


def read_event(body: bytes, *, standalone: bool) -> SentEvent:
    """Read one event; a `standalone` one must have its own `@context`. Raises InvalidInput."""
    event: SentEvent = _decode(body, SentEvent)
    if standalone or event.context is not None:
        check_context(event.context)
    problems = _size_problems(event) or list(_hidden_problems(event)) or _length_problems(event)
    if event.event_id is not None and not problems and _URI.fullmatch(event.event_id) is None:
        message = "“eventID” is a URI, like urn:uuid:6f3c1d58-2f0e-4a35-9d7b-7c1f1c2b3a4d."
        raise _invalid(message, ("eventID",))
    if problems:
        raise InvalidInput(*problems)
    return event


def check_context(context: Any) -> None:
    """Check that a document uses only contexts that we know. Raises InvalidInput."""
    parts = context if isinstance(context, list) else [context]
    known = [_is_known(part) for part in parts]
    if not any(part in _CONTEXTS for part in parts if isinstance(part, str)):
        raise _invalid(f"“@context” must name the context of EPCIS 2.0, {EPCIS_CONTEXT}.", ("@context",))
    if not all(known):
        message = (
            f"“@context” may name only {EPCIS_CONTEXT}, and declare “{PREFIX}” as {NAMESPACE}. "
            "This server loads no other context and stores no other extension."
        )
        raise _invalid(message, ("@context",))


def _is_known(part: Any) -> bool:
    if isinstance(part, str):
        return part in _CONTEXTS
    return bool(part == {PREFIX: NAMESPACE})


def _length_problems(event: SentEvent) -> list[Problem]:
    texts: list[tuple[str | None, Path]] = [
        (event.type, ("type",)),
        (event.action, ("action",)),
        (event.biz_step, ("bizStep",)),
        (event.disposition, ("disposition",)),
        (event.event_id, ("eventID",)),
        (event.parent_id, ("parentID",)),
        (None if event.read_point is None else event.read_point.id, ("readPoint", "id")),
        (None if event.biz_location is None else event.biz_location.id, ("bizLocation", "id")),
    ]
    for index, each in enumerate((event.transactions or [])[: LARGEST_LIST + 1]):
        texts.append((each.biz_transaction, ("bizTransactionList", str(index), "bizTransaction")))
        texts.append((each.type, ("bizTransactionList", str(index), "type")))
    for name, parties in (("sourceList", event.sources), ("destinationList", event.destinations)):
        for index, party in enumerate((parties or [])[: LARGEST_LIST + 1]):
            texts.append((party.type, (name, str(index), "type")))
            texts.append((party.source or party.destination, (name, str(index))))
    return [
        problem
        for text, path in texts
        if text is not None
        for problem in text_problems(text, path, f"“{path[0]}”", URI_LENGTH)
    ]


def _hidden_problems(event: SentEvent) -> Iterator[Problem]:
    """Problems of characters that nobody sees, in any text of the event."""
    for text, path in _texts({**msgspec.to_builtins(event), "@context": None}, ()):
        if not text.isprintable():
            yield from hidden_problems(text, path, f"“{path[0]}”")


def _texts(value: Any, path: Path) -> Iterator[tuple[str, Path]]:
    if isinstance(value, str):
        yield value, path
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(each, (*path, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts(each, (*path, str(index)))


def _size_problems(event: SentEvent) -> list[Problem]:
    sizes = (
        ("epcList", event.epcs, LARGEST_EVENT, "Send the rest in other events."),
        ("childEPCs", event.child_epcs, LARGEST_EVENT, "Send the rest in other events."),
        (RANGES_KEY, event.ranges, LARGEST_EVENT, "Send the rest in other events."),
        ("quantityList", event.quantities, LARGEST_LIST, "Send the rest in other events."),
        ("childQuantityList", event.child_quantities, LARGEST_LIST, "Send the rest in other events."),
        ("bizTransactionList", event.transactions, LARGEST_LIST, "Name only those that matter."),
        ("sourceList", event.sources, LARGEST_LIST, "Name only those that matter."),
        ("destinationList", event.destinations, LARGEST_LIST, "Name only those that matter."),
    )
    return [
        Problem(
            UserErrorCode.LIMIT_EXCEEDED,
            f"“{name}” has at most {limit:,} elements, and this one has {len(given):,}. {advice}",
            (name,),
        )
        for name, given, limit, advice in sizes
        if given is not None and len(given) > limit
    ]


def _decode(body: bytes, shape: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except RecursionError:
        raise _invalid("The JSON is nested too deeply.", ()) from None
    except msgspec.ValidationError as error:
        raise _misshapen(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if "truncated" in str(error):
            raise _invalid("The body is not complete JSON: it ends too early. Send all of it.", ()) from None
        raise _invalid(f"The body is not JSON: {error}.", ()) from None


def _misshapen(error: str) -> InvalidInput:
    """The problem of JSON with other fields or types than those that this server records, in its own words."""
    text, _, place = error.partition(" - at `$")
    path = tuple(_STEP.findall(place.removesuffix("`").replace("[...]", "")))
    name = _NAMED.search(text)
    where = f" in “{'.'.join(path)}”" if path else ""
    if name and text.startswith(_UNKNOWN):
        # Clients choose the name: characters that cannot be stored are left out.
        shown = "".join(mark for mark in name[1] if mark.isprintable())[:_SHOWN]
        return _invalid(f"This server does not support the field “{shown}”{where}. Leave it out.", (*path, shown))
    if name and text.startswith(_MISSING):
        return _invalid(f"The field “{name[1]}” is missing{where}.", (*path, name[1]))
    return _invalid(f"The value{where} is of a wrong type: {text.replace('`', '')}.", path)


def _invalid(message: str, path: Path) -> InvalidInput:
    return InvalidInput(Problem(UserErrorCode.INVALID, message, path))
