"""How a captured event is stored, compared, and answered again."""

import hashlib
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from domain.epcis.documents import SentEvent
from domain.epcis.identifiers import CouponClass, EpcFormat, Identifiers
from domain.epcis.offsets import write_moment

_SPACE: Final = UUID("4a0a9c0e-8a57-5f0c-9f5d-3f4a8f1d2b77")
# Never part of what a client states.
_DROPPED: Final = ("@context", "recordTime", "eventID")
_EPC_LISTS: Final = ("epcList", "childEPCs")
# A coupon reference says enough to write a GCN.
_NOBODY: Final = UUID(int=0)


def write_content(event: SentEvent, identifiers: Identifiers) -> bytes:
    """The content of an event as JSON, in one form: what events with one id must have in common."""
    document = msgspec.to_builtins(event)
    for name in _DROPPED:
        document.pop(name, None)
    for name in _EPC_LISTS:
        if name in document:
            document[name] = [_rewrite(epc, identifiers, EpcFormat.DIGITAL_LINK) for epc in document[name]]
    return msgspec.json.encode(document)


def digest_of(content: bytes) -> bytes:
    """The digest by which contents are compared."""
    return hashlib.blake2b(content, digest_size=16).digest()


def assign_event_id(owner_id: UUID, content: bytes) -> str:
    """The id of an event that comes without one: the same for the same content, so that it is captured once."""
    return f"urn:uuid:{uuid5(_SPACE, owner_id.hex + hashlib.sha256(content).hexdigest())}"


def restore_event(
    content: str, event_id: str, recorded_at: Any, identifiers: Identifiers, form: EpcFormat
) -> dict[str, Any]:
    """A captured event as it was sent, with its id and the time of its record, and EPCs in the wanted format."""
    document: dict[str, Any] = msgspec.json.decode(content)
    event = {"type": document.pop("type"), "eventID": event_id}
    event["recordTime"] = write_moment(recorded_at)
    if form is not EpcFormat.DIGITAL_LINK:
        for name in _EPC_LISTS:
            if name in document:
                document[name] = [_rewrite(epc, identifiers, form) for epc in document[name]]
    return {**event, **document}


def _rewrite(epc: str, identifiers: Identifiers, form: EpcFormat) -> str:
    coupon = identifiers.read_coupon(epc)
    if coupon is not None:
        if coupon.reference is None:
            return epc
        return identifiers.coupon(CouponClass(_NOBODY, _NOBODY, coupon.reference), coupon.serial, form)
    sscc = identifiers.read_pack(epc)
    return epc if sscc is None else identifiers.pack(sscc, form)
