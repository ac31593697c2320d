"""Statements that list enrollments: filters, orders and keyset pages.

The lists of one scheme are planned for that scheme: with a million enrollments or with ten, and for the places and
tiers that are asked for. Lists of several schemes or ECPs at once are read together, and planned for any of them.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, TextClause, and_, any_, func, select, text, true
from sqlalchemy.dialects.postgresql import TIMESTAMP

from db.ecps.filters import in_place, in_places, of_statuses, of_tiers, tallied
from db.ecps.tables import EcpTable
from db.enrollments.reads import ENROLLMENT_COLUMNS, visible
from db.enrollments.rows import EnrollmentRow
from db.enrollments.tables import EnrollmentCountTable, EnrollmentTable
from db.keyset import Sort, keyset
from db.planning import NEAR, for_these_values
from db.search import matches_words
from db.statement import Query, Statement, counting, moment, number, uuid, uuids
from domain.catalog.facts import GeographyLevel
from domain.enrollments.facts import EnrollmentOrder, EnrollmentStatus
from domain.permissions import EcpScope


class EnrollmentFilters(Struct, frozen=True):
    """Which filters a statement has; their values are its parameters. Statements are cached by this shape.

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
    enrolled_to: bool = False

    @property
    def scattered(self) -> bool:
        """Whether no index has together, in the order of the list, what is chosen here."""
        several = self.statuses or self.geography_ids or self.tier_ids
        return self.words or several or self.enrolled_from or self.enrolled_to

    @property
    def strewn(self) -> bool:
        """Whether what is searched for may be strewn over so many ECPs that a page is looked for nearby first.

        In a city or region those who match are few, and two indexes find them together.
        """
        return self.words and self.place in {None, GeographyLevel.COUNTRY}

    @property
    def tallied(self) -> bool:
        """Whether counts of the enrollments in a scheme are kept by all that is chosen here."""
        return not (self.words or self.enrolled_from or self.enrolled_to)


_MOMENT: Final = TIMESTAMP(timezone=True)
SORTS: Final[Mapping[EnrollmentOrder, Sort]] = MappingProxyType(
    {
        EnrollmentOrder.REQUESTED_AT_DESC: Sort(
            EnrollmentTable.requested_at, EnrollmentTable.id, _MOMENT, descending=True
        ),
        EnrollmentOrder.REQUESTED_AT_ASC: Sort(EnrollmentTable.requested_at, EnrollmentTable.id, _MOMENT),
    }
)


def _count(key: UUID, count: int) -> tuple[UUID, int]:
    return key, int(count)


@cache
def page_of_scheme(  # noqa: PLR0913 - what to list, in which order and direction, and how
    scope: EcpScope,
    filters: EnrollmentFilters,
    order: EnrollmentOrder,
    *,
    backward: bool,
    resumed: bool,
    near: bool = False,
) -> Statement[EnrollmentRow]:
    """A page of the enrollments of the parameter `scheme_id`; see `keyset` for its parameters beside the filters'.

    Words are of ECPs, so no index has what they find in the order of the list. As in a list of ECPs such a page is
    either looked for `near` where it begins, and may then be shorter than the list is, or found as a whole.
    """
    of_scheme = EnrollmentTable.scheme_id == uuid("scheme_id")
    if near:
        dense = select(*ENROLLMENT_COLUMNS).where(*_predicates(scope, replace(filters, words=False)), of_scheme)
        dense = dense.where(for_these_values(number("limit"), EnrollmentTable))
        around = keyset(dense, SORTS[order], backward=backward, resumed=resumed).limit(NEAR).subquery("around")
        # As a value of its own it is asked of each of them, by its key, and not of all ECPs first.
        matches = select(matches_words(EcpTable.search_words)).where(EcpTable.id == around.c.ecp_id).scalar_subquery()
        query = select(around).where(matches)
        sort = Sort(around.c.requested_at, around.c.id, _MOMENT, SORTS[order].descending)
        return Statement(keyset(query, sort, backward=backward, resumed=False), EnrollmentRow)
    query = _listed(scope, filters).where(of_scheme)
    if filters.scattered:
        query = query.where(for_these_values(number("limit"), EnrollmentTable))
    return Statement(keyset(query, SORTS[order], backward=backward, resumed=resumed), EnrollmentRow)


@cache
def pages_by_scheme(
    scope: EcpScope, filters: EnrollmentFilters, order: EnrollmentOrder, *, resumed: bool
) -> Statement[EnrollmentRow]:
    """A page of the enrollments of each of the schemes in the parameter `ids`."""
    return _pages(_listed(scope, filters), EnrollmentTable.scheme_id, SORTS[order], resumed=resumed)


@cache
def pages_by_ecp(scope: EcpScope, filters: EnrollmentFilters, *, resumed: bool) -> Statement[EnrollmentRow]:
    """A page of the enrollments of each of the ECPs in the parameter `ids`, newest first."""
    newest = SORTS[EnrollmentOrder.REQUESTED_AT_DESC]
    return _pages(_listed(scope, filters), EnrollmentTable.ecp_id, newest, resumed=resumed)


@cache
def counts_by_scheme(scope: EcpScope, filters: EnrollmentFilters) -> Statement[tuple[UUID, int]]:
    """How many enrollments each of the schemes in the parameter `ids` has; schemes without any are left out.

    It is the sum of the counts that are kept, where they are kept by what is chosen.
    """
    if scope is not EcpScope.ALL or not filters.tallied:
        return _counts(scope, filters, EnrollmentTable.scheme_id)
    owner = EnrollmentCountTable.scheme_id
    kept = (*tallied(EnrollmentCountTable, filters), *of_statuses(EnrollmentCountTable, filters))
    total = select(owner, func.sum(EnrollmentCountTable.count)).where(owner == any_(uuids("ids")), *kept)
    return Statement(total.group_by(owner), _count)


@cache
def counts_by_ecp(scope: EcpScope, filters: EnrollmentFilters) -> Statement[tuple[UUID, int]]:
    """How many enrollments each of the ECPs in the parameter `ids` has; ECPs without any are left out."""
    return _counts(scope, filters, EnrollmentTable.ecp_id)


@cache
def waiting_page(*, backward: bool, resumed: bool) -> Statement[EnrollmentRow]:
    """A page of the enrollments that wait for a decision, the longest waiting first."""
    return Statement(
        keyset(_waiting(), SORTS[EnrollmentOrder.REQUESTED_AT_ASC], backward=backward, resumed=resumed), EnrollmentRow
    )


def _waiting() -> Query:
    # A constant of the statement: the index of those that wait holds nothing else.
    return select(*ENROLLMENT_COLUMNS).where(EnrollmentTable.status == text(f"'{EnrollmentStatus.PENDING}'"))


WAITING_COUNT = counting(_waiting())


def _listed(scope: EcpScope, filters: EnrollmentFilters) -> Query:
    return select(*ENROLLMENT_COLUMNS).where(*_predicates(scope, filters))


def _pages(listed: Query, owner: Any, sort: Sort, *, resumed: bool) -> Statement[EnrollmentRow]:
    wanted = func.unnest(uuids("ids")).table_valued("id", name="wanted").render_derived()
    page = keyset(listed.where(owner == wanted.c.id), sort, backward=False, resumed=resumed).lateral("page")
    keys = [key.desc() if sort.descending else key.asc() for key in (page.c.requested_at, page.c.id)]
    return Statement(select(*page.c).select_from(wanted.join(page, true())).order_by(*keys), EnrollmentRow)


def _counts(scope: EcpScope, filters: EnrollmentFilters, owner: Any) -> Statement[tuple[UUID, int]]:
    found = _predicates(scope, filters)
    return Statement(select(owner, func.count()).where(owner == any_(uuids("ids")), *found).group_by(owner), _count)


def _predicates(scope: EcpScope, filters: EnrollmentFilters) -> list[ColumnElement[bool] | TextClause]:
    chosen = [predicate() for name, predicate in _DATES.items() if getattr(filters, name)]
    if filters.words:
        chosen.append(_of_matching_ecps(filters))
    return [visible(scope), *chosen, *_placed(EnrollmentTable, filters), *of_statuses(EnrollmentTable, filters)]


def _placed(rows: type[EcpTable | EnrollmentTable], filters: EnrollmentFilters) -> list[ColumnElement[bool]]:
    """The filters by place and tier, which enrollments share with their ECPs."""
    several = [in_places(rows)] if filters.geography_ids else []
    return [*in_place(rows, filters), *several, *of_tiers(rows, filters)]


def _of_matching_ecps(filters: EnrollmentFilters) -> ColumnElement[bool]:
    """The ECPs are found first, by their index of words: they are few, which nobody can tell before they are found."""
    found = select(EcpTable.id).where(matches_words(EcpTable.search_words), *_placed(EcpTable, filters))
    return EnrollmentTable.ecp_id.in_(select(found.cte("matching").prefix_with("MATERIALIZED").c.id))


def _enrolled_to() -> ColumnElement[bool]:
    """Nobody is enrolled before they ask: that is said, too, so that lists by the time of asking begin there."""
    until = moment("enrolled_to")
    return and_(EnrollmentTable.enrolled_at <= until, EnrollmentTable.requested_at <= until)


_DATES: Final[Mapping[str, Callable[[], ColumnElement[bool]]]] = MappingProxyType(
    {
        "enrolled_from": lambda: EnrollmentTable.enrolled_at >= moment("enrolled_from"),
        "enrolled_to": _enrolled_to,
    }
)
