"""What a save changed, as one sentence for the other people who work on a scheme."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final

from domain.calendar import format_day
from domain.rules.phrases import Phrase, join_phrases
from domain.schemes.content import FieldDifference, field_label
from domain.text import drop_repeats, format_count, format_number, join_words, quote

LONGEST: Final = 240
LONGEST_NAME: Final = 60
NAMED: Final = 3
THINGS: Final = 3
# Up to here each date is said with the one before; more of them would fill the sentence.
DATES_IN_FULL: Final = 2
# A save that fills so many fields of the basics is the first one, and a list of them says nothing new.
FIRST_FIELDS: Final = 4
UNCHANGED: Final = "saved without changes"

_DATES: Final = {
    "enrollmentOpensOn": "start of enrollment",
    "enrollmentClosesOn": "end of enrollment",
    "startsOn": "start of the scheme",
    "endsOn": "end of the scheme",
}
_BASICS: Final = frozenset({*_DATES, "description", "termsMarkdown", "budget", "materials"})
# Lists are tuples as long as they have not been stored.
_NOTHING: Final[tuple[Any, ...]] = (None, "", [], ())
_FILLED_IN, _DATED = "filled in", "dated"


def what_changed(changes: Sequence[FieldDifference], names: Mapping[str, str] = {}) -> str:
    """Say what changed as a verb phrase without subject and period, in one line of at most 240 characters.

    `names` says what people call the variants and geographies, by the text of their ids. Up to three of them are named,
    more are counted, and so are those without a name. After three changes the others are counted. While the phrase is
    too long, its longest part is told with numbers instead of names, and then by nothing but the label of the field.
    """
    return _clipped(_told(changes, names), LONGEST) if changes else UNCHANGED


def sentence(actor: str, title: str, changes: Sequence[FieldDifference], names: Mapping[str, str] = {}) -> str:
    """Say who changed what in which scheme, as a whole sentence; `title` is the scheme's title after the change."""
    phrase, scheme = what_changed(changes, names), _quoted(title)
    if not changes:
        return f"{_clipped(actor)} saved {scheme} without changes."
    renamed = any(change.field == "title" for change in changes) and scheme in phrase
    return f"{_clipped(actor)} {phrase}{'' if renamed else f' in {scheme}'}."


def _told(changes: Sequence[FieldDifference], names: Mapping[str, str]) -> str:
    groups = _grouped(tuple(_without_dropped_values(changes)))
    wordings = [
        [_thing(key, group, names), _thing(key, group, {}), _by_label(group)]
        for key, group in islice(groups.items(), THINGS)
    ]
    more = len(groups) - THINGS
    others = [Phrase(f"made {format_count(more, 'more change')}")] if more > 0 else []
    while True:
        text = join_phrases([wording[0] for wording in wordings] + others, "and").text
        shorter = [wording for wording in wordings if len(wording) > 1]
        if len(text) <= LONGEST or not shorter:
            return text
        max(shorter, key=lambda wording: len(wording[0].text)).pop(0)


def _by_label(changes: Iterable[FieldDifference]) -> Phrase:
    return Phrase(f"changed the {_labels(changes)}")


def _labels(changes: Iterable[FieldDifference]) -> str:
    labels = ("dates" if change.field in _DATES else field_label(change.field) for change in changes)
    return join_words(drop_repeats(labels), "and")


def _without_dropped_values(changes: Sequence[FieldDifference]) -> Iterator[FieldDifference]:
    """Leave out the coupon values that went along with their product: it is said that the product did."""
    chosen = [change for change in changes if change.field == "variantIds"]
    dropped = {variant for change in chosen for variant in _left(change.before, change.after)}
    for change in changes:
        if change.field != "values":
            yield change
            continue
        dropped -= {value["variant_id"] for value in change.after}
        before = [value for value in change.before if value["variant_id"] not in dropped]
        if before != list(change.after):
            yield FieldDifference(change.field, before, change.after)


def _grouped(changes: Sequence[FieldDifference]) -> dict[str, list[FieldDifference]]:
    """Put together the fields that are told as one thing: a first save of the basics, and otherwise the dates."""
    filled = {change.field for change in changes if change.field in _BASICS and _is_new(change)}
    if len(filled) < FIRST_FIELDS or filled <= _DATES.keys():
        filled = set()
    groups: dict[str, list[FieldDifference]] = {}
    for change in changes:
        key = _FILLED_IN if change.field in filled else _DATED if change.field in _DATES else change.field
        groups.setdefault(key, []).append(change)
    return groups


def _thing(key: str, group: Sequence[FieldDifference], names: Mapping[str, str]) -> Phrase:
    if key == _FILLED_IN:
        return Phrase(f"filled in the basics ({_labels(group)})")
    if key == _DATED:
        return _dates(group)
    said = _THINGS[key](group[0], names) if key in _THINGS else None
    return said or _by_label(group)


def _dates(changes: Sequence[FieldDifference]) -> Phrase:
    said: dict[str, list[str]] = {}
    for change in changes:
        label = f"the {_DATES[change.field]}"
        if change.after is None:
            said.setdefault("cleared", []).append(label)
        elif change.before is None:
            said.setdefault("set", []).append(f"{label} to {_day(change.after)}")
        else:
            origin = f" from {_day(change.before)}" if len(changes) <= DATES_IN_FULL else ""
            said.setdefault("moved", []).append(f"{label}{origin} to {_day(change.after)}")
    phrases = [Phrase(f"{verb} {join_words(texts, 'and')}", listed=len(texts) > 1) for verb, texts in said.items()]
    return join_phrases(phrases, "and")


def _title(change: FieldDifference, _names: Mapping[str, str]) -> Phrase | None:
    before, after = _quoted(change.before), _quoted(change.after)
    # Clipped, two long titles may read alike.
    return None if before == after else Phrase(f"renamed the scheme from {before} to {after}")


def _text(change: FieldDifference, _names: Mapping[str, str]) -> Phrase:
    verb = "wrote" if _is_new(change) else "changed" if change.after else "removed"
    return Phrase(f"{verb} the {field_label(change.field)}")


def _budget(change: FieldDifference, _names: Mapping[str, str]) -> Phrase:
    if change.after is None:
        return Phrase(f"removed the budget limit of {format_count(change.before, 'point')}")
    after = format_count(change.after, "point")
    if change.before is None:
        return Phrase(f"set the budget to {after}")
    return Phrase(f"changed the budget from {format_number(change.before)} to {after}")


def _channels(change: FieldDifference, _names: Mapping[str, str]) -> Phrase | None:
    added = [channel.lower() for channel in _left(change.after, change.before)]
    removed = [channel.lower() for channel in _left(change.before, change.after)]
    if added and removed:
        return Phrase(f"changed the earning channel from {join_words(removed, 'and')} to {join_words(added, 'and')}")
    some, verb = (added, "added") if added else (removed, "removed")
    noun = "earning channel" if len(some) == 1 else "earning channels"
    return Phrase(f"{verb} the {noun} {join_words(some, 'and')}", listed=len(some) > 1) if some else None


def _materials(change: FieldDifference, _names: Mapping[str, str]) -> Phrase | None:
    return _items(change, "marketing material", key="url", name="title")


def _rules(change: FieldDifference, _names: Mapping[str, str]) -> Phrase | None:
    return _items(change, "rule", key="id", name="name")


def _items(change: FieldDifference, noun: str, *, key: str, name: str) -> Phrase | None:
    """Say what happened to things that people gave a name: one of a kind is named, several are counted."""
    before, after = ({item[key]: item for item in items} for items in (change.before, change.after))
    added = [_quoted(after[item][name]) for item in _left(after, before)]
    removed = [_quoted(before[item][name]) for item in _left(before, after)]
    # The same name under a new key is the same thing to people: a poster that moved to another address.
    replaced = [text for text in drop_repeats(added) if text in removed]
    said: dict[str, list[str]] = {
        "added": [text for text in added if text not in replaced],
        "changed": replaced,
        "renamed": [],
        "removed": [text for text in removed if text not in replaced],
    }
    for old, new in ((before[item], after[item]) for item in before if item in after):
        was, now = _quoted(old[name]), _quoted(new[name])
        if was != now and {**old, name: None} == {**new, name: None}:
            said["renamed"].append(f"{was} to {now}")
        elif old != new:
            said["changed"].append(now if was == now else f"{was} (now {now})")
    phrases = list(_edits(said, noun))
    if [item for item in before if item in after] != [item for item in after if item in before]:
        phrases.append(f"reordered the {noun}s")
    return _together([Phrase(text) for text in phrases])


def _edits(said: Mapping[str, Sequence[str]], noun: str) -> Iterator[str]:
    """Yield “added the rule “Gold””, or “added 2 rules” and then “changed 1” as soon as there are several of a kind."""
    some = [(verb, texts) for verb, texts in said.items() if texts]
    if all(len(texts) == 1 for _, texts in some):
        yield from (f"{verb} the {noun} {texts[0]}" for verb, texts in some)
        return
    for index, (verb, texts) in enumerate(some):
        yield f"{verb} {format_number(len(texts)) if index else format_count(len(texts), noun)}"


def _products(change: FieldDifference, names: Mapping[str, str]) -> Phrase | None:
    return _chosen(change, "product", "products", names)


def _geographies(change: FieldDifference, names: Mapping[str, str]) -> Phrase | None:
    return _chosen(change, "geography", "geographies", names)


def _chosen(change: FieldDifference, noun: str, plural: str, names: Mapping[str, str]) -> Phrase | None:
    added, removed = _left(change.after, change.before), _left(change.before, change.after)
    phrases, place = [], f"the {plural}"
    if called := _called(added, names):
        phrases.append(Phrase(f"added {join_words(called, 'and')} to {place}", listed=len(called) > 1))
        place = "them"
    elif added:
        phrases.append(Phrase(f"added {format_count(len(added), noun, plural)}"))
    if called := _called(removed, names):
        phrases.append(Phrase(f"removed {join_words(called, 'and')} from {place}", listed=len(called) > 1))
    elif removed:
        every = "" if change.after or len(removed) == 1 else "all "
        phrases.append(Phrase(f"removed {every}{format_count(len(removed), noun, plural)}"))
    return _together(phrases)


def _values(change: FieldDifference, names: Mapping[str, str]) -> Phrase | None:
    before, after = ({value["variant_id"]: value for value in values} for values in (change.before, change.after))
    said = {
        "set": _left(after, before),
        "changed": [variant for variant in before if variant in after and before[variant] != after[variant]],
        "removed": _left(before, after),
    }
    phrases = [
        _value(before[some[0]], after[some[0]], _variants(some, names))
        if verb == "changed" and len(some) == 1
        else Phrase(f"{verb} the coupon values of {_variants(some, names)}", listed=len(some) > 1)
        for verb, some in said.items()
        if some
    ]
    return _together(phrases)


def _value(before: Mapping[str, int], after: Mapping[str, int], variant: str) -> Phrase:
    fields = (("base_points", "base points"), ("planned_quantity", "planned quantity"))
    moves = [(label, before[field], after[field]) for field, label in fields if before[field] != after[field]]
    texts = [
        f"the {label}{'' if index else f' of {variant}'} from {format_number(old)} to {format_number(new)}"
        for index, (label, old, new) in enumerate(moves)
    ]
    return Phrase(f"changed {join_words(texts, 'and')}", listed=len(texts) > 1)


def _variants(variants: Sequence[str], names: Mapping[str, str]) -> str:
    return join_words(_called(variants, names), "and") or format_count(len(variants), "product")


def _called(ids: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Return what people call these things, in the order of the alphabet; nothing when they are to be counted."""
    called = sorted(_clipped(names.get(identifier, "")) for identifier in ids)
    return called if all(called) and len(called) <= NAMED else []


def _left(ids: Iterable[str], others: Iterable[str]) -> list[str]:
    gone = set(others)
    return [identifier for identifier in ids if identifier not in gone]


def _together(phrases: Sequence[Phrase]) -> Phrase | None:
    return join_phrases(phrases, "and") if phrases else None


def _is_new(change: FieldDifference) -> bool:
    return change.before in _NOTHING and change.after not in _NOTHING


def _day(text: str) -> str:
    return format_day(date.fromisoformat(text))


def _quoted(text: str) -> str:
    return quote(_clipped(text))


def _clipped(text: str, longest: int = LONGEST_NAME) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


_THINGS: Final[Mapping[str, Callable[[FieldDifference, Mapping[str, str]], Phrase | None]]] = {
    "title": _title,
    "earningChannels": _channels,
    "description": _text,
    "termsMarkdown": _text,
    "budget": _budget,
    "materials": _materials,
    "variantIds": _products,
    "geographyIds": _geographies,
    "values": _values,
    "rules": _rules,
}
