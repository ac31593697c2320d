"""How names, numbers, dates and lists read in a rule's sentences."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from domain.text import counted, listing, quoted, unique


class Names(Struct, frozen=True):
    """What people call the things that rules name by id."""

    tiers: Mapping[UUID, str] = {}
    geographies: Mapping[UUID, str] = {}
    variants: Mapping[UUID, str] = {}
    products: Mapping[UUID, str] = {}


class Phrase(Struct, frozen=True):
    """Words that follow “ECPs who”.

    `listed` when they hold a list, so that a comma must set off what follows; `joined` when they say several things,
    so that they need parentheses inside other words.
    """

    text: str
    listed: bool = False
    joined: bool = False


def named(ids: Iterable[UUID], names: Mapping[UUID, str], noun: str) -> tuple[str, ...]:
    """Return the names of these things, each once and in order; what has no name is “a tier that no longer exists”."""
    return unique(names.get(identifier, f"a {noun} that no longer exists") for identifier in ids)


def joined(phrases: Sequence[Phrase], conjunction: str) -> Phrase:
    """Join phrases into one, with a comma before the conjunction where a phrase holds a list of its own."""
    texts = [phrase.text for phrase in phrases]
    if len(phrases) == 1:
        return phrases[0]
    if any(phrase.listed for phrase in phrases):
        return Phrase(f"{', '.join(texts[:-1])}, {conjunction} {texts[-1]}", listed=True, joined=True)
    return Phrase(listing(texts, conjunction), listed=True, joined=True)


def last_days(value: int) -> str:
    """Write “in the last day” or “in the last 30 days”."""
    return "in the last day" if value == 1 else f"in the last {counted(value, 'day')}"


def activity_name(kind: str) -> str:
    """Write TRAINING_COMPLETED as “Training completed”."""
    return quoted(kind.replace("_", " ").strip().capitalize())
