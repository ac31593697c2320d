"""Words and numbers of shipping documents."""

from collections.abc import Mapping

from domain.documents.facts import Party
from domain.spans import Spans


def write_party(party: Party | None) -> Mapping[str, str]:
    """The name of a vendor with its city and code; empty texts without one."""
    if party is None:
        return {"name": "", "city": "", "code": ""}
    return {"name": party.name, "city": party.city or "", "code": party.code}


def write_quantity(quantity: int) -> str:
    """A quantity with separators."""
    return f"{quantity:,}"


def write_ranges(spans: Spans, most: int) -> list[str]:
    """At most so many ranges, each as a text, and how many more there are."""
    shown = [
        str(span.first) if span.first == span.last else f"{span.first}–{span.last}"  # noqa: RUF001 - a range
        for span in spans.spans[:most]
    ]
    rest = len(spans.spans) - len(shown)
    if rest:
        shown.append(f"and {rest:,} more {'range' if rest == 1 else 'ranges'}")
    return shown
