"""Filters that lists and counts of ECPs and of enrollments share: place, tier and status."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, any_, or_, select

from db.catalog.tables import GeographyTable
from db.statement import Query, string, texts, uuid, uuids
from domain.catalog.facts import GeographyLevel


class SharedFilters(Protocol):
    """The filters of a list by place, tier and status. A filter by one geography includes its level."""

    @property
    def place(self) -> GeographyLevel | None:
        """The level of the one geography in the parameter `geography_id`; None without this filter."""

    @property
    def geography_ids(self) -> bool:
        """Whether the list is filtered by several geographies, its parameter; likewise for tiers and statuses."""


Predicates = list[ColumnElement[bool]]
# The column of ECPs and enrollments that a geography is compared with, by its level.
_PLACES: Final[Mapping[GeographyLevel, str]] = MappingProxyType(
    {
        GeographyLevel.CITY: "geography_id",
        GeographyLevel.REGION: "region_id",
        GeographyLevel.COUNTRY: "country_id",
    }
)


def in_place(rows: Any, filters: SharedFilters) -> Predicates:
    """The filter by one geography, of a table or subquery: one column equals it, so an index can serve the filter."""
    return [] if filters.place is None else [getattr(rows, _PLACES[filters.place]) == uuid("geography_id")]


def in_places(rows: Any) -> ColumnElement[bool]:
    """The filter by several geographies, which no index serves in the order of a list."""
    return or_(*(getattr(rows, column) == any_(uuids("geography_ids")) for column in _PLACES.values()))


def of_tiers(rows: Any, filters: SharedFilters) -> Predicates:
    """The filters by tier."""
    predicates: dict[str, Callable[[], ColumnElement[bool]]] = {
        "tier_id": lambda: rows.tier_id == uuid("tier_id"),
        "tier_ids": lambda: rows.tier_id == any_(uuids("tier_ids")),
    }
    return [predicate() for name, predicate in predicates.items() if getattr(filters, name)]


def of_statuses(rows: Any, filters: SharedFilters) -> Predicates:
    """The filters by status."""
    predicates: dict[str, Callable[[], ColumnElement[bool]]] = {
        "status": lambda: rows.status == string("status"),
        "statuses": lambda: rows.status == any_(texts("statuses")),
    }
    return [predicate() for name, predicate in predicates.items() if getattr(filters, name)]


def count_filters(counts: Any, filters: SharedFilters) -> Predicates:
    """The filters by place and tier of a table of counts, which has no columns for regions and countries."""
    chosen = of_tiers(counts, filters)
    if filters.place is GeographyLevel.CITY:
        chosen.append(counts.geography_id == uuid("geography_id"))
    elif filters.place is not None:
        chosen.append(counts.geography_id.in_(_beneath(GeographyTable.id == uuid("geography_id"))))
    if filters.geography_ids:
        chosen.append(counts.geography_id.in_(_beneath(GeographyTable.id == any_(uuids("geography_ids")))))
    return chosen


def _beneath(chosen: ColumnElement[bool]) -> Query:
    """The ids of the chosen geographies and of all beneath them."""
    below = select(GeographyTable.id).where(chosen).cte("below", recursive=True)
    below = below.union(select(GeographyTable.id).join(below, GeographyTable.parent_id == below.c.id))
    return select(below.c.id)
