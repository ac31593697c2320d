"""Statements that list enrollments: filters, orders and keyset pages.

Lists of one scheme are planned for that scheme, which may have ten enrollments or a million, and for the places and
tiers in the filter. Lists of several schemes or ECPs are read together by one generic plan.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import BigInteger, ColumnElement, and_, func, select, text

from db.counting import OwnerCount, counting, counting_by
from db.ecps.filters import count_filters, in_place, in_places, of_statuses, of_tiers
from db.ecps.tables import EcpTable
from db.enrollments.reads import ENROLLMENT_COLUMNS, visible
from db.enrollments.rows import EnrollmentRow
from db.enrollments.tables import EnrollmentCountTable, EnrollmentTable
from db.keyset import Sort, keyset, keyset_by_owner
from db.planning import NEARBY_ROWS, force_custom_plan
from db.search import matches_words
from db.statement import Query, Statement, moment, number, uuid
from domain.catalog.facts import GeographyLevel
from domain.enrollments.facts import EnrollmentOrder, EnrollmentStatus
from domain.viewers import EcpScope


class EnrollmentFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters. Statements are cached by this shape.

    One chosen geography, tier or status is compared for equality, which an index serves in the order of the list; so
    the level of one geography belongs to the shape.
    """

    words: bool = False
    status: bool = False
    statuses: bool = False
    place: GeographyLevel | None = None
    geography_ids: bool = False
    tier_id: bool = False
    tier_ids: bool = False
    enrolled_from: bool = False
    enrolled_before: bool = False

    @property
    def spans_indexes(self) -> bool:
        """Whether no single index has the matches in the order of the list."""
        several = self.statuses or self.geography_ids or self.tier_ids
        return self.words or several or self.enrolled_from or self.enrolled_before

    @property
    def search_nearby_first(self) -> bool:
        """Whether words may match so many ECPs that the first enrollments of the list are searched before all others.

        In a city or region few ECPs match, and two indexes find them together.
        """
        return self.words and self.place in {None, GeographyLevel.COUNTRY}

    @property
    def counts_are_kept(self) -> bool:
        """Whether the table of counts has every column that is filtered by."""
        return not (self.words or self.enrolled_from or self.enrolled_before)


SORTS: Final[Mapping[EnrollmentOrder, Sort]] = MappingProxyType(
    {
        EnrollmentOrder.REQUESTED_AT_DESC: Sort(
            EnrollmentTable.requested_at, descending=True, description="Last requested first."
        ),
        EnrollmentOrder.REQUESTED_AT_ASC: Sort(
            EnrollmentTable.requested_at, description="The longest requested first."
        ),
    }
)


@cache
def page_of_scheme(  # noqa: PLR0913 - filters, order and direction of a list
    scope: EcpScope,
    filters: EnrollmentFilters,
    order: EnrollmentOrder,
    *,
    backward: bool,
    resumed: bool,
    nearby: bool = False,
) -> Statement[EnrollmentRow]:
    """A page of the enrollments of the parameter `scheme_id`; see `keyset` for its parameters beside the filters'.

    Words belong to ECPs, so no index has what they find in the order of the list. As in a list of ECPs, such a page is
    either searched `nearby` where the list begins, and may then be shorter than the list, or found as a whole.
    """
    of_scheme = EnrollmentTable.scheme_id == uuid("scheme_id")
    planned = force_custom_plan(number("limit"), EnrollmentTable)
    if nearby:
        indexed = _listed(scope, replace(filters, words=False)).where(of_scheme, planned)
        first = keyset(indexed, SORTS[order], backward=backward, resumed=resumed).limit(NEARBY_ROWS).subquery("nearby")
        # A scalar subquery is evaluated for each of these rows, by the key of its ECP, and not for all ECPs first.
        matches = select(matches_words(EcpTable.search_words)).where(EcpTable.id == first.c.ecp_id).scalar_subquery()
        page = keyset(select(first).where(matches), SORTS[order], rows=first.c, backward=backward, resumed=False)
        return Statement(page, EnrollmentRow)
    query = _listed(scope, filters).where(of_scheme)
    if filters.spans_indexes:
        query = query.where(planned)
    return Statement(keyset(query, SORTS[order], backward=backward, resumed=resumed), EnrollmentRow)


@cache
def pages_by_scheme(
    scope: EcpScope, filters: EnrollmentFilters, order: EnrollmentOrder, *, resumed: bool
) -> Statement[EnrollmentRow]:
    """A page of the enrollments of each of the schemes in the parameter `ids`."""
    query = keyset_by_owner(_listed(scope, filters), EnrollmentTable.scheme_id, SORTS[order], resumed=resumed)
    return Statement(query, EnrollmentRow)


@cache
def pages_by_ecp(scope: EcpScope, filters: EnrollmentFilters, *, resumed: bool) -> Statement[EnrollmentRow]:
    """A page of the enrollments of each of the ECPs in the parameter `ids`, newest first."""
    newest = SORTS[EnrollmentOrder.REQUESTED_AT_DESC]
    query = keyset_by_owner(_listed(scope, filters), EnrollmentTable.ecp_id, newest, resumed=resumed)
    return Statement(query, EnrollmentRow)


@cache
def counts_by_scheme(scope: EcpScope, filters: EnrollmentFilters) -> Statement[OwnerCount]:
    """How many enrollments each of the schemes in the parameter `ids` has; schemes without any are left out.

    A sum from the table of counts where it has every column that is filtered by.
    """
    if scope is not EcpScope.ALL or not filters.counts_are_kept:
        return counting_by(EnrollmentTable.scheme_id, *_predicates(scope, filters))
    kept = (*count_filters(EnrollmentCountTable, filters), *of_statuses(EnrollmentCountTable, filters))
    total = func.sum(EnrollmentCountTable.count).cast(BigInteger)
    return counting_by(EnrollmentCountTable.scheme_id, *kept, total=total)


@cache
def counts_by_ecp(scope: EcpScope, filters: EnrollmentFilters) -> Statement[OwnerCount]:
    """How many enrollments each of the ECPs in the parameter `ids` has; ECPs without any are left out."""
    return counting_by(EnrollmentTable.ecp_id, *_predicates(scope, filters))


@cache
def waiting_page(*, backward: bool, resumed: bool) -> Statement[EnrollmentRow]:
    """A page of the enrollments that wait for a decision, the longest waiting first."""
    return Statement(
        keyset(_waiting(), SORTS[EnrollmentOrder.REQUESTED_AT_ASC], backward=backward, resumed=resumed), EnrollmentRow
    )


def _waiting() -> Query:
    # A constant and no parameter, so that PostgreSQL can use the partial index of pending enrollments.
    return select(*ENROLLMENT_COLUMNS).where(EnrollmentTable.status == text(f"'{EnrollmentStatus.PENDING}'"))


WAITING_COUNT = counting(_waiting())


def _listed(scope: EcpScope, filters: EnrollmentFilters) -> Query:
    return select(*ENROLLMENT_COLUMNS).where(*_predicates(scope, filters))


def _predicates(scope: EcpScope, filters: EnrollmentFilters) -> list[ColumnElement[bool]]:
    chosen = [predicate() for name, predicate in _DATES.items() if getattr(filters, name)]
    if filters.words:
        chosen.append(_of_matching_ecps(filters))
    return [visible(scope), *chosen, *_placed(EnrollmentTable, filters), *of_statuses(EnrollmentTable, filters)]


def _placed(rows: type[EcpTable | EnrollmentTable], filters: EnrollmentFilters) -> list[ColumnElement[bool]]:
    """The filters by place and tier, which enrollments share with their ECPs."""
    several = [in_places(rows)] if filters.geography_ids else []
    return [*in_place(rows, filters), *several, *of_tiers(rows, filters)]


def _of_matching_ecps(filters: EnrollmentFilters) -> ColumnElement[bool]:
    """The ECPs are found first, by their index of words: they are few, but the planner cannot know that."""
    found = select(EcpTable.id).where(matches_words(EcpTable.search_words), *_placed(EcpTable, filters))
    return EnrollmentTable.ecp_id.in_(select(found.cte("matching").prefix_with("MATERIALIZED").c.id))


def _enrolled_before() -> ColumnElement[bool]:
    """An enrollment is never before its request. Saying so lets lists by time of request begin at the right place."""
    until = moment("enrolled_before")
    return and_(EnrollmentTable.enrolled_at < until, EnrollmentTable.requested_at < until)


_DATES: Final[Mapping[str, Callable[[], ColumnElement[bool]]]] = MappingProxyType(
    {
        "enrolled_from": lambda: EnrollmentTable.enrolled_at >= moment("enrolled_from"),
        "enrolled_before": _enrolled_before,
    }
)
