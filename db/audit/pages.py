"""Statements that list the audit log, newest first."""

from functools import cache
from typing import Final

from msgspec import Struct
from sqlalchemy import any_, select

from db.audit.reads import ENTRY_COLUMNS
from db.audit.rows import AuditEntryRow
from db.audit.tables import AuditEntryTable
from db.counting import counting
from db.keyset import Sort, keyset
from db.statement import Query, Statement, moment, string, texts, uuid

NEWEST_ENTRIES: Final = Sort(AuditEntryTable.at, descending=True)


class AuditFilters(Struct, frozen=True):
    """The filters of a statement; their values are its parameters. Statements are cached by this shape."""

    actor_id: bool = False
    subject_id: bool = False
    kind: bool = False
    kinds: bool = False
    not_before: bool = False
    before: bool = False


@cache
def entry_page(filters: AuditFilters, *, backward: bool, resumed: bool) -> Statement[AuditEntryRow]:
    """A page of the entries that match."""
    return Statement(keyset(_listed(filters), NEWEST_ENTRIES, backward=backward, resumed=resumed), AuditEntryRow)


@cache
def entry_count(filters: AuditFilters) -> Statement[int]:
    """How many entries match."""
    return counting(_listed(filters))


def _listed(filters: AuditFilters) -> Query:
    table = AuditEntryTable
    predicates = (
        (filters.actor_id, table.actor_id == uuid("actor_id")),
        (filters.subject_id, table.subject_id == uuid("subject_id")),
        (filters.kind, table.kind == string("kind")),
        (filters.kinds, table.kind == any_(texts("kinds"))),
        (filters.not_before, table.at >= moment("not_before")),
        (filters.before, table.at < moment("before")),
    )
    return select(*ENTRY_COLUMNS).where(*(predicate for wanted, predicate in predicates if wanted))
