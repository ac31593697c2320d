"""Stored facts: what happened, as a kind and typed parameters, in place of the sentence about it.

Each area declares its kinds in `domain/<area>/stored_facts.py`, and its sentences read them for one reader at a time.
A kind is stored under its tag, so a tag stays the same when its class is renamed.
"""

from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.calendar import Calendar

FactT = TypeVar("FactT")

FROM_NEWER_VERSION: Final = "A newer version of the server recorded this. This version cannot show it."


class StoredFact(Struct, frozen=True, tag_field="kind"):
    """One thing that happened. An account that it names besides the actor is in its field `account_id`."""


class AsWritten(StoredFact, frozen=True, tag="asWritten"):
    """A sentence that was stored as text, before facts were. It is shown exactly as it was written."""

    text: str


class Reader(Struct, frozen=True):
    """The person who reads a sentence, with the calendar of the program.

    A reader without ids is anybody, and is never addressed as “you”.
    """

    calendar: Calendar
    account_id: UUID | None = None
    ecp_id: UUID | None = None


def names_moment(fact: StoredFact) -> bool:
    """Whether the sentence of a fact writes a moment, so that it depends on the calendar."""
    return any(isinstance(getattr(fact, name), datetime) for name in fact.__struct_fields__)


class AccountNames(Struct, frozen=True):
    """The present names of the accounts of a stored fact: of the actor, and of the one in its `account_id`."""

    actor: str = "The server"
    account: str = ""


def encode_fact(fact: StoredFact) -> str:
    """Encode a fact as the JSON that is stored."""
    return msgspec.json.encode(fact).decode()


class FactDecoder(Generic[FactT]):
    """Decodes the JSON of one union of stored facts."""

    def __init__(self, union: Any) -> None:
        self._decoder: msgspec.json.Decoder[FactT] = msgspec.json.Decoder(union)

    def decode(self, document: str) -> FactT | AsWritten:
        """Decode a fact. One of an unknown kind, as newer servers store it during an upgrade, gives a sentence."""
        try:
            return self.decode_known(document)
        except msgspec.ValidationError:
            return AsWritten(FROM_NEWER_VERSION)

    def decode_known(self, document: str) -> FactT:
        """Decode a fact of this union. Raises msgspec.ValidationError for every other document."""
        return self._decoder.decode(document)
