"""Sentences about what a save changed in a scheme, for the other people who work on it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from domain.rules.phrases import Phrase, join_phrases
from domain.schemes.content import BASICS_NAMES, FieldDifference, field_label
from domain.schemes.field_phrases import (
    DATE_LABELS,
    clip,
    date_phrase,
    field_phrase,
    is_new,
    missing_from,
    quote_clipped,
)
from domain.text import drop_repeats, format_count, join_words

# In characters.
LONGEST_PHRASE: Final = 240
# Changes after these are counted.
MAX_CHANGES: Final = 3
# A save that fills in this many fields of the basics is the first one, and listing each of them would say nothing new.
MIN_FIRST_FIELDS: Final = 4
UNCHANGED: Final = "saved without changes"

# A scheme has its title and its channels before its basics are saved.
_BASICS: Final = frozenset(BASICS_NAMES.values()) - {"title", "earningChannels"}
_FIRST_SAVE, _DATES = "first save", "dates"


def changes_phrase(changes: Sequence[FieldDifference], names: Mapping[str, str] = {}) -> str:
    """Write what changed as a verb phrase without subject and period, on one line of at most 240 characters.

    `names` holds the display names of variants and geographies by the text of their ids. Up to three things are named;
    more, and those without a name, are counted. Changes after the third are counted. While the phrase is too long, its
    longest part falls back to counts, and then to the label of the field.
    """
    return clip(_joined_changes(changes, names), LONGEST_PHRASE) if changes else UNCHANGED


def changes_sentence(actor: str, title: str, changes: Sequence[FieldDifference], names: Mapping[str, str] = {}) -> str:
    """Write who changed what in which scheme as a sentence; `title` is the scheme's title after the change."""
    phrase, scheme = changes_phrase(changes, names), quote_clipped(title)
    if not changes:
        return f"{clip(actor)} saved {scheme} without changes."
    renamed = any(change.field == "title" for change in changes) and scheme in phrase
    return f"{clip(actor)} {phrase}{'' if renamed else f' in {scheme}'}."


def _joined_changes(changes: Sequence[FieldDifference], names: Mapping[str, str]) -> str:
    groups = _group_changes(tuple(_without_dropped_values(changes)))
    versions = [
        [_group_phrase(key, group, names), _group_phrase(key, group, {}), _label_phrase(group)]
        for key, group in islice(groups.items(), MAX_CHANGES)
    ]
    more = len(groups) - MAX_CHANGES
    others = [Phrase(f"made {format_count(more, 'more change')}")] if more > 0 else []
    while True:
        text = join_phrases([phrases[0] for phrases in versions] + others, "and").text
        shorter = [phrases for phrases in versions if len(phrases) > 1]
        if len(text) <= LONGEST_PHRASE or not shorter:
            return text
        max(shorter, key=lambda phrases: len(phrases[0].text)).pop(0)


def _label_phrase(changes: Iterable[FieldDifference]) -> Phrase:
    return Phrase(f"changed the {_labels(changes)}")


def _labels(changes: Iterable[FieldDifference]) -> str:
    labels = ("dates" if change.field in DATE_LABELS else field_label(change.field) for change in changes)
    return join_words(drop_repeats(labels), "and")


def _without_dropped_values(changes: Sequence[FieldDifference]) -> Iterator[FieldDifference]:
    """Leave out coupon values that were removed along with their product, which is mentioned already."""
    chosen = [change for change in changes if change.field == "variantIds"]
    dropped = {variant for change in chosen for variant in missing_from(change.after, change.before)}
    for change in changes:
        if change.field != "values":
            yield change
            continue
        dropped -= {value["variant_id"] for value in change.after}
        before = [value for value in change.before if value["variant_id"] not in dropped]
        if before != list(change.after):
            yield FieldDifference(change.field, before, change.after)


def _group_changes(changes: Sequence[FieldDifference]) -> dict[str, list[FieldDifference]]:
    """Group the fields that are described as one change: a first save of the basics, or else the dates."""
    filled = {change.field for change in changes if change.field in _BASICS and is_new(change)}
    if len(filled) < MIN_FIRST_FIELDS or filled <= DATE_LABELS.keys():
        filled = set()
    groups: dict[str, list[FieldDifference]] = {}
    for change in changes:
        key = _FIRST_SAVE if change.field in filled else _DATES if change.field in DATE_LABELS else change.field
        groups.setdefault(key, []).append(change)
    return groups


def _group_phrase(key: str, group: Sequence[FieldDifference], names: Mapping[str, str]) -> Phrase:
    if key == _FIRST_SAVE:
        return Phrase(f"filled in the basics ({_labels(group)})")
    if key == _DATES:
        return date_phrase(group)
    return field_phrase(group[0], names) or _label_phrase(group)
