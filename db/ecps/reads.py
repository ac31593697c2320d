"""Statements that read ECPs one by one: who sees which, their contact data, and what changes of them look at."""

from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, TextClause, any_, func, select, text, true

from db.catalog.rows import GeographyRow
from db.catalog.tables import GeographyTable
from db.ecps.rows import ContactRow, EcpRecord, EcpRow
from db.ecps.tables import EcpTable
from db.statement import Statement, string, uuid, uuids
from domain.permissions import EcpScope

ECP_COLUMNS: Final[tuple[Any, ...]] = tuple(getattr(EcpTable, name) for name in EcpRow.__struct_fields__)
_CONTACT_COLUMNS: Final[tuple[Any, ...]] = tuple(getattr(EcpTable, name) for name in ContactRow.__struct_fields__)


def visible(scope: EcpScope) -> ColumnElement[bool] | TextClause:
    """The one predicate that says which ECPs somebody sees; every statement that lists or fetches them uses it.

    With the scope OWN it takes the parameter `viewer_ecp_id`.
    """
    if scope is EcpScope.OWN:
        return EcpTable.id == uuid("viewer_ecp_id")
    # Not false(), which SQLAlchemy would let swallow every other predicate together with its parameters.
    return true() if scope is EcpScope.ALL else text("false")


@cache
def ecps_by_id(scope: EcpScope) -> Statement[EcpRow]:
    """The ECPs of the parameter `ids` that the scope shows, in any order."""
    return Statement(select(*ECP_COLUMNS).where(EcpTable.id == any_(uuids("ids")), visible(scope)), EcpRow)


@cache
def ecp_by_code(scope: EcpScope) -> Statement[EcpRow]:
    """The ECP of the parameter `code`, if the scope shows it."""
    return Statement(select(*ECP_COLUMNS).where(EcpTable.code == string("code"), visible(scope)), EcpRow)


@cache
def contacts_by_id(scope: EcpScope) -> Statement[ContactRow]:
    """The contact data of those ECPs of the parameter `ids` whose it the scope shows, in any order."""
    query = select(*_CONTACT_COLUMNS).where(EcpTable.id == any_(uuids("ids")), visible(scope))
    return Statement(query, ContactRow)


@cache
def lock_ecp(scope: EcpScope) -> Statement[EcpRecord]:
    """The ECP of the parameter `id`, if the scope shows it, locked."""
    query = select(*ECP_COLUMNS, *_CONTACT_COLUMNS).where(EcpTable.id == uuid("id"), visible(scope))
    return Statement(query.with_for_update(), _record)


def _record(*columns: Any) -> EcpRecord:
    own = len(ECP_COLUMNS)
    return EcpRecord(EcpRow(*columns[:own]), ContactRow(*columns[own:]))


def _id(ecp_id: UUID) -> UUID:
    return ecp_id


CODE_OF_ACCOUNT = Statement(select(EcpTable.code).where(EcpTable.account_id == uuid("account_id")), str)
# Whose an e-mail address is, whatever its case.
ECP_BY_EMAIL = Statement(select(EcpTable.id).where(func.lower(EcpTable.email) == func.lower(string("email"))), _id)
# Kept as it is until the transaction ends: who is put into a geography goes where the geography goes.
LOCK_GEOGRAPHY_FOR_SHARE = Statement(
    select(GeographyTable.id, GeographyTable.code, GeographyTable.name, GeographyTable.level, GeographyTable.parent_id)
    .where(GeographyTable.id == uuid("id"))
    .with_for_update(read=True),
    GeographyRow,
)
