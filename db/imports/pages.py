"""Statements that list imports for viewers, that find some of them, and that list their rejected rows."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, any_, case, func, or_, select

from db.columns import columns, scalar
from db.counting import OwnerCount, counting, counting_by
from db.imports.rows import ListedImportRow, ListedRejectionRow
from db.imports.tables import SalesImportRejectionTable, SalesImportTable
from db.jobs.tables import JobTable
from db.keyset import Sort, keyset, keyset_by_owner
from db.sales.tables import SaleSourceTable
from db.statement import Query, Statement, texts, uuid, uuids
from domain.imports.facts import ImportOrder, ImportStatus

_IMPORT: Final = SalesImportTable
SORTS: Final[Mapping[ImportOrder, Sort]] = MappingProxyType(
    {
        ImportOrder.CREATED_AT_DESC: Sort(SalesImportTable.created_at, descending=True, description="Newest first."),
        ImportOrder.CREATED_AT_ASC: Sort(SalesImportTable.created_at, description="Oldest first."),
    }
)
_REJECTION: Final = SalesImportRejectionTable
BY_LINE: Final = Sort(SalesImportRejectionTable.line)
# The job is deleted 30 days after its end. An import that has not ended then was canceled, or given up.
_STATUS: Final[ColumnElement[str]] = case(
    (JobTable.id.is_not(None), JobTable.status),
    (_IMPORT.finished_at.is_(None), ImportStatus.CANCELED.value),
    (_IMPORT.error.is_not(None), ImportStatus.FAILED.value),
    else_=ImportStatus.SUCCEEDED.value,
)
_STATED: Final[dict[str, Any]] = {
    "status": _STATUS,
    "done": JobTable.done,
    "total": JobTable.total,
    "error": func.coalesce(_IMPORT.error, JobTable.error),
}


class ImportFilters(Struct, frozen=True):
    """The filters of a statement; the values of most are its parameters. `own` keeps the imports of `viewer_id`."""

    own: bool
    sources: bool = False
    statuses: bool = False
    dry_run: bool | None = None


@cache
def import_page(
    filters: ImportFilters, order: ImportOrder, *, backward: bool, resumed: bool
) -> Statement[ListedImportRow]:
    """A page of the imports that match."""
    return Statement(keyset(_listed(filters), SORTS[order], backward=backward, resumed=resumed), ListedImportRow)


@cache
def import_count(filters: ImportFilters) -> Statement[int]:
    """How many imports match."""
    return counting(_listed(filters))


@cache
def imports_by_id(*, own: bool) -> Statement[ListedImportRow]:
    """The imports in the parameter `ids` that a viewer sees."""
    return Statement(_visible(own=own).where(_IMPORT.id == any_(uuids("ids"))), ListedImportRow)


@cache
def imports_by_job(*, own: bool) -> Statement[ListedImportRow]:
    """The imports that the jobs in the parameter `ids` do, if a viewer sees them."""
    return Statement(_visible(own=own).where(_IMPORT.job_id == any_(uuids("ids"))), ListedImportRow)


@cache
def imports_with_file(*, own: bool) -> Statement[UUID]:
    """The imports that a viewer sees and that have a file: the one that was imported, or that of rejected rows."""
    query = select(_IMPORT.id).where(
        or_(_IMPORT.file_id == uuid("file_id"), _IMPORT.rejected_file_id == uuid("file_id"))
    )
    return Statement(query.where(_own()) if own else query, scalar(UUID))


@cache
def rejections_by_import(*, resumed: bool) -> Statement[ListedRejectionRow]:
    """A page of the rejected rows of each of the imports in the parameter `ids`, in the order of the file."""
    rows = select(*columns(_REJECTION, ListedRejectionRow, id=_REJECTION.import_id)).subquery("rejected").c
    return Statement(keyset_by_owner(select(*rows), rows.id, BY_LINE, resumed=resumed, rows=rows), ListedRejectionRow)


@cache
def rejection_counts_by_import() -> Statement[OwnerCount]:
    """How many rejected rows each of the imports in the parameter `ids` has; imports without any are left out."""
    return counting_by(_REJECTION.import_id)


def _listed(filters: ImportFilters) -> Query:
    predicates = (
        (filters.sources, _is_of_sources()),
        (filters.statuses, any_(texts("statuses")) == _STATUS),
        (filters.dry_run is not None, _IMPORT.dry_run.is_(filters.dry_run)),
    )
    return _visible(own=filters.own).where(*(predicate for wanted, predicate in predicates if wanted))


def _is_of_sources() -> ColumnElement[bool]:
    """Whether an import is for one of the sources with the keys in the parameter; a new source has no name yet."""
    named = select(SaleSourceTable.name).where(SaleSourceTable.key == any_(texts("sources")))
    return or_(_IMPORT.source.in_(named), func.lower(_IMPORT.source) == any_(texts("sources")))


def _visible(*, own: bool) -> Query:
    """The imports that a viewer sees: all, or only `own` ones, of the account in the parameter `viewer_id`."""
    query = select(*columns(_IMPORT, ListedImportRow, **_STATED)).outerjoin(JobTable, JobTable.id == _IMPORT.job_id)
    return query.where(_own()) if own else query


def _own() -> ColumnElement[bool]:
    return _IMPORT.created_by == uuid("viewer_id")
