"""How names, numbers, dates and lists read in a rule's sentences."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Final
from uuid import UUID

from msgspec import Struct

# Python refuses to print far larger integers; no rule that passed validation comes near this one.
LARGEST_PRINTED: Final = 10**30
# A reason may be pages long; where it was given it is told in full.
LONGEST_REASON: Final = 300
_ENDS: Final = (".", "!", "?", "…", ".”", "!”", "?”")
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


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


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words in order, without those already said."""
    return tuple(dict.fromkeys(words))


def listing(words: Sequence[str], conjunction: str) -> str:
    """Write “a”, “a or b”, “a, b or c”."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def joined(phrases: Sequence[Phrase], conjunction: str) -> Phrase:
    """Join phrases into one, with a comma before the conjunction where a phrase holds a list of its own."""
    texts = [phrase.text for phrase in phrases]
    if len(phrases) == 1:
        return phrases[0]
    if any(phrase.listed for phrase in phrases):
        return Phrase(f"{', '.join(texts[:-1])}, {conjunction} {texts[-1]}", listed=True, joined=True)
    return Phrase(listing(texts, conjunction), listed=True, joined=True)


def number(value: int) -> str:
    """Write an integer with thousands separators."""
    return f"{value:,}" if abs(value) < LARGEST_PRINTED else "a number too large to print"


def decimal(value: Decimal) -> str:
    """Write a decimal with thousands separators and without trailing zeros."""
    text = f"{value:,f}" if value.is_finite() and abs(value.adjusted()) < len(str(LARGEST_PRINTED)) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(value: int, singular: str, plural: str | None = None) -> str:
    """Write “1 unit” or “2 units”."""
    return f"{number(value)} {singular if value == 1 else plural or f'{singular}s'}"


def times(value: int) -> str:
    """Write “once” or “3 times”."""
    return "once" if value == 1 else f"{number(value)} times"


def last_days(value: int) -> str:
    """Write “in the last day” or “in the last 30 days”."""
    return "in the last day" if value == 1 else f"in the last {counted(value, 'day')}"


def day(value: date) -> str:
    """Write “1 March 2026”, the same in every locale."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def clock(value: time) -> str:
    """Write “09:00”."""
    return f"{value.hour:02}:{value.minute:02}"


def quoted(words: str) -> str:
    """Write “words”, with whitespace collapsed, so that it stays in one piece in a sentence."""
    return f"“{' '.join(words.split())}”"


def explained(sentence: str, reason: str | None) -> str:
    """Write “sentence: reason” on one line, with a long reason cut off; without a reason the sentence alone."""
    words = " ".join((reason or "").split())
    if not words:
        return f"{sentence}."
    if len(words) > LONGEST_REASON:
        words = f"{words[: LONGEST_REASON - 1].rstrip()}…"
    return f"{sentence}: {words}{'' if words.endswith(_ENDS) else '.'}"


def activity_name(kind: str) -> str:
    """Write TRAINING_COMPLETED as “Training completed”."""
    return quoted(kind.replace("_", " ").strip().capitalize())
