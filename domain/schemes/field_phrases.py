"""Phrases for one changed field of a scheme, with names and numbers: “set the budget to 5,000 points”."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from domain.calendar import format_day
from domain.collation import sort_names
from domain.money import Money, format_money
from domain.rules.phrases import Phrase, join_phrases
from domain.schemes.content import FieldDifference, field_label
from domain.schemes.coupon_period import grace_period
from domain.text import drop_repeats, format_count, format_number, join_words, quote

# In characters.
LONGEST_NAME: Final = 60
# More things than these are counted instead of named.
MAX_NAMED: Final = 3
# Up to this many changed dates are written with the date before; more would fill the sentence.
MAX_DATES_IN_FULL: Final = 2

DATE_LABELS: Final = {
    "enrollmentOpensOn": "start of enrollment",
    "enrollmentClosesOn": "end of enrollment",
    "startsOn": "start of the scheme",
    "endsOn": "end of the scheme",
}
# Lists are tuples until they have been stored.
_EMPTY: Final[tuple[Any, ...]] = (None, "", [], ())


def field_phrase(change: FieldDifference, names: Mapping[str, str]) -> Phrase | None:
    """Write what happened to one field, other than a date. None if only its label can be named.

    `names` holds display names by the text of ids. A thing without a name there is counted.
    """
    return _PHRASES[change.field](change, names) if change.field in _PHRASES else None


def date_phrase(changes: Sequence[FieldDifference]) -> Phrase:
    """Write how the dates changed, grouped by verb: cleared, set or moved."""
    by_verb: dict[str, list[str]] = {}
    for change in changes:
        label = f"the {DATE_LABELS[change.field]}"
        if change.after is None:
            by_verb.setdefault("cleared", []).append(label)
        elif change.before is None:
            by_verb.setdefault("set", []).append(f"{label} to {_day(change.after)}")
        else:
            origin = f" from {_day(change.before)}" if len(changes) <= MAX_DATES_IN_FULL else ""
            by_verb.setdefault("moved", []).append(f"{label}{origin} to {_day(change.after)}")
    phrases = [Phrase(f"{verb} {join_words(texts, 'and')}", listed=len(texts) > 1) for verb, texts in by_verb.items()]
    return join_phrases(phrases, "and")


def ids_to_name(changes: Sequence[FieldDifference]) -> frozenset[str]:
    """The ids whose names the sentence about these changes can use; more than `MAX_NAMED` together are counted."""
    found: set[str] = set()
    for change in changes:
        for ids in _groups_of_ids(change):
            found.update(ids if len(ids) <= MAX_NAMED else ())
    return frozenset(found)


def missing_from(others: Iterable[str], ids: Iterable[str]) -> list[str]:
    """Return the ids, in order, that are not among the others."""
    excluded = set(others)
    return [identifier for identifier in ids if identifier not in excluded]


def is_new(change: FieldDifference) -> bool:
    """Whether the change fills in a field that was empty."""
    return change.before in _EMPTY and change.after not in _EMPTY


def clip(text: str, longest: int = LONGEST_NAME) -> str:
    """Collapse whitespace, and cut off what is longer than `longest` characters with “…”."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def quote_clipped(text: str) -> str:
    """Write a name in quotation marks, cut off after 60 characters."""
    return quote(clip(text))


def _title(change: FieldDifference, _names: Mapping[str, str]) -> Phrase | None:
    before, after = quote_clipped(change.before), quote_clipped(change.after)
    # Two long titles may look alike once they are cut off.
    return None if before == after else Phrase(f"renamed the scheme from {before} to {after}")


def _text(change: FieldDifference, _names: Mapping[str, str]) -> Phrase:
    verb = "wrote" if is_new(change) else "changed" if change.after else "removed"
    return Phrase(f"{verb} the {field_label(change.field)}")


def _budget(change: FieldDifference, _names: Mapping[str, str]) -> Phrase:
    if change.after is None:
        return Phrase(f"removed the budget limit of {format_count(change.before, 'point')}")
    after = format_count(change.after, "point")
    if change.before is None:
        return Phrase(f"set the budget to {after}")
    return Phrase(f"changed the budget from {format_number(change.before)} to {after}")


def _point_value(change: FieldDifference, _names: Mapping[str, str]) -> Phrase:
    before, after = (
        None if value is None else format_money(Money(Decimal(value["amount"]), value["currency"]))
        for value in (change.before, change.after)
    )
    if after is None:
        return Phrase(f"removed the value of a point of {before}")
    return Phrase(f"set the value of a point {'' if before is None else f'from {before} '}to {after}")


def _minimum_payout(change: FieldDifference, _names: Mapping[str, str]) -> Phrase:
    if change.after is None:
        return Phrase(f"removed the minimum payout of {format_count(change.before, 'point')}")
    before = "" if change.before is None else f"from {format_number(change.before)} "
    return Phrase(f"set the minimum payout {before}to {format_count(change.after, 'point')}")


def _expiry(change: FieldDifference, _names: Mapping[str, str]) -> Phrase:
    if change.after is None:
        return Phrase(f"removed the expiry of points after {format_count(change.before, 'day')}")
    before = "" if change.before is None else f" instead of {format_number(change.before)}"
    return Phrase(f"let points expire after {format_count(change.after, 'day')}{before}")


def _grace_days(change: FieldDifference, _names: Mapping[str, str]) -> Phrase:
    before, after = grace_period(change.before), grace_period(change.after)
    return Phrase(f"changed the grace period from {format_number(before)} to {format_count(after, 'day')}")


def _channels(change: FieldDifference, _names: Mapping[str, str]) -> Phrase | None:
    added = [channel.lower() for channel in missing_from(change.before, change.after)]
    removed = [channel.lower() for channel in missing_from(change.after, change.before)]
    if added and removed:
        return Phrase(f"changed the earning channel from {join_words(removed, 'and')} to {join_words(added, 'and')}")
    some, verb = (added, "added") if added else (removed, "removed")
    noun = "earning channel" if len(some) == 1 else "earning channels"
    return Phrase(f"{verb} the {noun} {join_words(some, 'and')}", listed=len(some) > 1) if some else None


def _materials(change: FieldDifference, _names: Mapping[str, str]) -> Phrase | None:
    return _named_items(change, "marketing material", keys=("url", "file_id"), name="title")


def _rules(change: FieldDifference, _names: Mapping[str, str]) -> Phrase | None:
    return _named_items(change, "rule", keys=("id",), name="name")


def _named_items(change: FieldDifference, noun: str, *, keys: Sequence[str], name: str) -> Phrase | None:
    """Write what happened to things with a name of their own: one of a kind is named, several are counted.

    An item is identified by the first of `keys` that it has.
    """
    before, after = (
        {next(item[key] for key in keys if key in item): item for item in items}
        for items in (change.before, change.after)
    )
    added = [quote_clipped(after[item][name]) for item in missing_from(before, after)]
    removed = [quote_clipped(before[item][name]) for item in missing_from(after, before)]
    # To people, the same name under a new key is the same thing: a poster that moved to another address.
    replaced = [text for text in drop_repeats(added) if text in removed]
    by_verb: dict[str, list[str]] = {
        "added": [text for text in added if text not in replaced],
        "changed": replaced,
        "renamed": [],
        "removed": [text for text in removed if text not in replaced],
    }
    for old, new in ((before[item], after[item]) for item in before if item in after):
        was, now = quote_clipped(old[name]), quote_clipped(new[name])
        if was != now and {**old, name: None} == {**new, name: None}:
            by_verb["renamed"].append(f"{was} to {now}")
        elif old != new:
            by_verb["changed"].append(now if was == now else f"{was} (now {now})")
    phrases = list(_edit_phrases(by_verb, noun))
    if [item for item in before if item in after] != [item for item in after if item in before]:
        phrases.append(f"reordered the {noun}s")
    return _join_or_none([Phrase(text) for text in phrases])


def _edit_phrases(by_verb: Mapping[str, Sequence[str]], noun: str) -> Iterator[str]:
    """Yield “added the rule “Gold””, or “added 2 rules” and “changed 1” once there are several of a kind."""
    some = [(verb, texts) for verb, texts in by_verb.items() if texts]
    if all(len(texts) == 1 for _, texts in some):
        yield from (f"{verb} the {noun} {texts[0]}" for verb, texts in some)
        return
    for index, (verb, texts) in enumerate(some):
        yield f"{verb} {format_number(len(texts)) if index else format_count(len(texts), noun)}"


def _products(change: FieldDifference, names: Mapping[str, str]) -> Phrase | None:
    return _selection(change, "product", "products", names)


def _geographies(change: FieldDifference, names: Mapping[str, str]) -> Phrase | None:
    return _selection(change, "geography", "geographies", names)


def _selection(change: FieldDifference, noun: str, plural: str, names: Mapping[str, str]) -> Phrase | None:
    added, removed = missing_from(change.before, change.after), missing_from(change.after, change.before)
    phrases, place = [], f"the {plural}"
    if found_names := _display_names(added, names):
        phrases.append(Phrase(f"added {join_words(found_names, 'and')} to {place}", listed=len(found_names) > 1))
        place = "them"
    elif added:
        phrases.append(Phrase(f"added {format_count(len(added), noun, plural)}"))
    if found_names := _display_names(removed, names):
        phrases.append(Phrase(f"removed {join_words(found_names, 'and')} from {place}", listed=len(found_names) > 1))
    elif removed:
        every = "" if change.after or len(removed) == 1 else "all "
        phrases.append(Phrase(f"removed {every}{format_count(len(removed), noun, plural)}"))
    return _join_or_none(phrases)


def _groups_of_ids(change: FieldDifference) -> Iterable[Sequence[str]]:
    """The ids of things that a change treats alike, as `_selection` and `_values` write them."""
    if change.field in {"variantIds", "geographyIds"}:
        return missing_from(change.before, change.after), missing_from(change.after, change.before)
    return _values_by_verb(change).values() if change.field == "values" else ()


def _values_by_verb(change: FieldDifference) -> dict[str, list[str]]:
    before, after = ({value["variant_id"]: value for value in values} for values in (change.before, change.after))
    return {
        "set": missing_from(before, after),
        "changed": [variant for variant in before if variant in after and before[variant] != after[variant]],
        "removed": missing_from(after, before),
    }


def _values(change: FieldDifference, names: Mapping[str, str]) -> Phrase | None:
    before, after = ({value["variant_id"]: value for value in values} for values in (change.before, change.after))
    by_verb = _values_by_verb(change)
    phrases = [
        _value_move(before[some[0]], after[some[0]], _variant_list(some, names))
        if verb == "changed" and len(some) == 1
        else Phrase(f"{verb} the coupon values of {_variant_list(some, names)}", listed=len(some) > 1)
        for verb, some in by_verb.items()
        if some
    ]
    return _join_or_none(phrases)


def _value_move(before: Mapping[str, int], after: Mapping[str, int], variant: str) -> Phrase:
    fields = (("base_points", "base points"), ("planned_quantity", "planned quantity"))
    moves = [(label, before[field], after[field]) for field, label in fields if before[field] != after[field]]
    texts = [
        f"the {label}{'' if index else f' of {variant}'} from {format_number(old)} to {format_number(new)}"
        for index, (label, old, new) in enumerate(moves)
    ]
    return Phrase(f"changed {join_words(texts, 'and')}", listed=len(texts) > 1)


def _variant_list(variants: Sequence[str], names: Mapping[str, str]) -> str:
    return join_words(_display_names(variants, names), "and") or format_count(len(variants), "product")


def _display_names(ids: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Return the names in alphabetical order; none if one is missing or there are too many to name."""
    found_names = sort_names(clip(names.get(identifier, "")) for identifier in ids)
    return found_names if all(found_names) and len(found_names) <= MAX_NAMED else []


def _join_or_none(phrases: Sequence[Phrase]) -> Phrase | None:
    return join_phrases(phrases, "and") if phrases else None


def _day(text: str) -> str:
    return format_day(date.fromisoformat(text))


_PHRASES: Final[Mapping[str, Callable[[FieldDifference, Mapping[str, str]], Phrase | None]]] = {
    "title": _title,
    "earningChannels": _channels,
    "description": _text,
    "termsMarkdown": _text,
    "budget": _budget,
    "materials": _materials,
    "pointValue": _point_value,
    "minimumPayout": _minimum_payout,
    "pointsExpireAfterDays": _expiry,
    "graceDays": _grace_days,
    "variantIds": _products,
    "geographyIds": _geographies,
    "values": _values,
    "rules": _rules,
}
