"""Phrases about changes of the catalog, from stored facts."""

from typing import assert_never

from domain.catalog.stored_facts import CatalogFact, CategoryMerged, GeographyMoved, ProductMoved, TierRanked
from domain.text import quote


def catalog_phrase(fact: CatalogFact) -> str:
    """Write what somebody did to the catalog, as a verb phrase: “moved Pune from Maharashtra to Karnataka”."""
    match fact:
        case TierRanked(name=name, before=None, after=after):
            return f"added the tier {name} with the rank {after}"
        case TierRanked(name=name, before=before, after=after):
            return f"changed the rank of the tier {name} from {before} to {after}"
        case GeographyMoved():
            origin = "" if fact.before is None else f" from {fact.before}"
            return f"moved {fact.name}{origin} to {'the countries' if fact.after is None else fact.after}"
        case ProductMoved(name=name, before=before, after=after):
            return f"moved {name} from the category {quote(before)} to {quote(after)}"
        case CategoryMerged(name=name, into=into):
            return f"moved all products of the category {quote(name)} to {quote(into)}"
        case _:
            assert_never(fact)
