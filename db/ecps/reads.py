"""Statements that read ECPs one by one, their contact data, and the one predicate of their visibility."""

from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, any_, literal_column, select, true

from db.catalog.rows import GeographyRow
from db.catalog.tables import GeographyTable
from db.columns import columns, scalar
from db.ecps.rows import ContactRow, EcpRecord, EcpRow
from db.ecps.tables import EcpTable
from db.statement import Statement, string, uuid, uuids
from domain.viewers import EcpScope

ECP_COLUMNS: Final = columns(EcpTable, EcpRow)
_CONTACT_COLUMNS: Final = columns(EcpTable, ContactRow)


def visible(scope: EcpScope) -> ColumnElement[bool]:
    """The one predicate of the ECPs that a viewer may see; every statement that lists or fetches ECPs uses it.

    With the scope OWN it takes the parameter `viewer_ecp_id`.
    """
    if scope is EcpScope.OWN:
        return EcpTable.id == uuid("viewer_ecp_id")
    # Not false(), which SQLAlchemy would let swallow every other predicate together with its parameters.
    return true() if scope is EcpScope.ALL else literal_column("false", Boolean)


@cache
def select_ecps_by_id(scope: EcpScope) -> Statement[EcpRow]:
    """The ECPs of the parameter `ids` that the scope shows, in any order."""
    return Statement(select(*ECP_COLUMNS).where(EcpTable.id == any_(uuids("ids")), visible(scope)), EcpRow)


@cache
def ecp_by_code(scope: EcpScope) -> Statement[EcpRow]:
    """The ECP of the parameter `code`, if the scope shows it."""
    return Statement(select(*ECP_COLUMNS).where(EcpTable.code == string("code"), visible(scope)), EcpRow)


@cache
def contacts_by_id(scope: EcpScope) -> Statement[ContactRow]:
    """The contact data of the ECPs of the parameter `ids` whose contact data the scope shows, in any order."""
    query = select(*_CONTACT_COLUMNS).where(EcpTable.id == any_(uuids("ids")), visible(scope))
    return Statement(query, ContactRow)


@cache
def select_ecp_for_update(scope: EcpScope) -> Statement[EcpRecord]:
    """The ECP of the parameter `id`, if the scope shows it, locked."""
    query = select(*columns(EcpTable, EcpRecord, ecp=ECP_COLUMNS, contact=_CONTACT_COLUMNS))
    return Statement(query.where(EcpTable.id == uuid("id"), visible(scope)).with_for_update(), EcpRecord)


CODE_OF_ACCOUNT = Statement(select(EcpTable.code).where(EcpTable.account_id == uuid("account_id")), scalar(str))
# The ECP with the e-mail address of this key.
ECP_BY_EMAIL = Statement(select(EcpTable.id).where(EcpTable.email_key == string("email_key")), scalar(UUID))
# Locked until the transaction ends: a geography must not move while an ECP is put into it.
LOCK_GEOGRAPHY_FOR_SHARE = Statement(
    select(*columns(GeographyTable, GeographyRow)).where(GeographyTable.id == uuid("id")).with_for_update(read=True),
    GeographyRow,
)
