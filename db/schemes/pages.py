"""Statements that list and count schemes: filters, orders, keyset pages and the lists of work queues."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from sqlalchemy import ColumnElement, Date, and_, any_, bindparam, func, select, true

from db.catalog.reads import RELATED_GEOGRAPHIES
from db.columns import scalar
from db.keyset import Sort, keyset
from db.schemes.reads import SCHEME_COLUMNS, visible
from db.schemes.rows import QueuedSchemeRow, SchemeRow
from db.schemes.stage_reads import submitted_by_others, valid_now
from db.schemes.tables import (
    SchemeGeographyTable,
    SchemeStageTable,
    SchemeTable,
    SchemeVariantTable,
)
from db.search import matches_words
from db.statement import Statement, string, texts, uuid, uuids
from domain.schemes.facts import SchemeOrder
from domain.viewers import SchemeScope


class SchemeFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters. Statements are cached by this shape."""

    words: bool = False
    queue: bool = False
    others_only: bool = False
    stages: bool = False
    statuses: bool = False
    channels: bool = False
    geography_ids: bool = False
    variant_ids: bool = False
    created_by: bool = False
    active_on: bool = False


SORTS: Final[Mapping[SchemeOrder, Sort]] = MappingProxyType(
    {
        SchemeOrder.UPDATED_AT_DESC: Sort(SchemeTable.updated_at, descending=True, description="Last changed first."),
        SchemeOrder.CREATED_AT_DESC: Sort(SchemeTable.created_at, descending=True, description="Newest first."),
        SchemeOrder.STARTS_ON_ASC: Sort(
            SchemeTable.starts_on,
            null_as="infinity",
            description="Earliest start first; schemes without a start last.",
        ),
        SchemeOrder.STARTS_ON_DESC: Sort(
            SchemeTable.starts_on,
            descending=True,
            null_as="-infinity",
            description="Latest start first; schemes without a start last.",
        ),
        SchemeOrder.TITLE_ASC: Sort(
            SchemeTable.sort_title, description="By title, in the order of Unicode for all languages."
        ),
        SchemeOrder.CODE_ASC: Sort(SchemeTable.code, description="By code."),
    }
)


@cache
def scheme_page(
    scope: SchemeScope, filters: SchemeFilters, order: SchemeOrder, *, backward: bool, resumed: bool
) -> Statement[SchemeRow]:
    """A page of schemes; see `db.keyset.keyset` for its parameters beside those of the filters."""
    queue_stage = [string("queue_kind").label("queue_stage")] if filters.queue else []
    query = select(*SCHEME_COLUMNS, *queue_stage).where(*_predicates(scope, filters))
    page = keyset(query, SORTS[order], backward=backward, resumed=resumed)
    return Statement(page, QueuedSchemeRow) if filters.queue else Statement(page, SchemeRow)


@cache
def scheme_count(scope: SchemeScope, filters: SchemeFilters) -> Statement[int]:
    """How many schemes match."""
    query = select(func.count()).select_from(SchemeTable).where(*_predicates(scope, filters))
    return Statement(query, scalar(int))


def _predicates(scope: SchemeScope, filters: SchemeFilters) -> list[ColumnElement[bool]]:
    chosen = [predicate() for name, predicate in _FILTERS.items() if getattr(filters, name)]
    if filters.stages or filters.statuses:
        chosen.append(_current_stage(stages=filters.stages, statuses=filters.statuses))
    return [visible(scope), *chosen]


def _in_queue() -> ColumnElement[bool]:
    return _has_stage(
        SchemeStageTable.kind == string("queue_kind"), SchemeStageTable.status == string("queue_status"), valid_now()
    )


def _current_stage(*, stages: bool, statuses: bool) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [SchemeStageTable.is_current.is_(True), valid_now()]
    if stages:
        wanted.append(SchemeStageTable.kind == any_(texts("stages")))
    if statuses:
        wanted.append(SchemeStageTable.status == any_(texts("statuses")))
    return _has_stage(*wanted)


def _has_stage(*predicates: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(true()).where(SchemeStageTable.scheme_id == SchemeTable.id, *predicates).exists()


def _in_geographies() -> ColumnElement[bool]:
    return (
        select(true())
        .where(
            SchemeGeographyTable.scheme_id == SchemeTable.id,
            SchemeGeographyTable.geography_id.in_(RELATED_GEOGRAPHIES),
        )
        .exists()
    )


def _with_variants() -> ColumnElement[bool]:
    return (
        select(true())
        .where(
            SchemeVariantTable.scheme_id == SchemeTable.id, SchemeVariantTable.variant_id == any_(uuids("variant_ids"))
        )
        .exists()
    )


def _active() -> ColumnElement[bool]:
    day = bindparam("active_on", type_=Date(), required=True)
    approved = and_(SchemeTable.approved_at.is_not(None), SchemeTable.revises.is_(None))
    return and_(approved, SchemeTable.starts_on <= day, SchemeTable.ends_on >= day)


_FILTERS: Final[Mapping[str, Callable[[], ColumnElement[bool]]]] = MappingProxyType(
    {
        "words": lambda: matches_words(SchemeTable.search_words),
        "queue": _in_queue,
        "others_only": submitted_by_others,
        "channels": lambda: SchemeTable.earning_channels.bool_op("&&")(texts("channels")),
        "geography_ids": _in_geographies,
        "variant_ids": _with_variants,
        "created_by": lambda: SchemeTable.created_by == uuid("created_by"),
        "active_on": _active,
    }
)
