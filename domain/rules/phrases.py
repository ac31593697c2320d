"""Phrases: the parts that the sentences of a rule are joined from, and the display names in them."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from domain.text import drop_repeats, format_count, join_words, quote


class DisplayNames(Struct, frozen=True):
    """The display names of everything that rules refer to by id; an id without a name no longer exists."""

    tiers: Mapping[UUID, str] = {}
    geographies: Mapping[UUID, str] = {}
    variants: Mapping[UUID, str] = {}
    products: Mapping[UUID, str] = {}
    categories: Mapping[UUID, str] = {}


class Phrase(Struct, frozen=True):
    """A verb phrase that follows “ECPs who”.

    `listed` says that it contains a list, so a comma must set off what follows. `joined` says that it joins several
    phrases, so it needs parentheses inside another phrase.
    """

    text: str
    listed: bool = False
    joined: bool = False


def display_names(ids: Iterable[UUID], names: Mapping[UUID, str], noun: str) -> tuple[str, ...]:
    """Return the names in order, each once; an id without a name reads “a tier that no longer exists”."""
    return drop_repeats(names.get(identifier, f"a {noun} that no longer exists") for identifier in ids)


def category_phrases(ids: Iterable[UUID], names: DisplayNames) -> tuple[str, ...]:
    """Return “the category “Engine oils”” for each id, in order and each once; some may no longer exist."""
    missing = "a category that no longer exists"
    return drop_repeats(
        f"the category {quote(names.categories[key])}" if key in names.categories else missing for key in ids
    )


def join_phrases(phrases: Sequence[Phrase], conjunction: str) -> Phrase:
    """Join phrases into one, with a comma before the conjunction if any of them contains a list."""
    texts = [phrase.text for phrase in phrases]
    if len(phrases) == 1:
        return phrases[0]
    if any(phrase.listed for phrase in phrases):
        return Phrase(f"{', '.join(texts[:-1])}, {conjunction} {texts[-1]}", listed=True, joined=True)
    return Phrase(join_words(texts, conjunction), listed=True, joined=True)


def last_days(value: int) -> str:
    """Write “in the last day” or “in the last 30 days”."""
    return "in the last day" if value == 1 else f"in the last {format_count(value, 'day')}"


def activity_name(kind: str) -> str:
    """Write TRAINING_COMPLETED as “Training completed”."""
    return quote(kind.replace("_", " ").strip().capitalize())
