"""Statements that read accounts, their roles and API keys one by one."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Text, Uuid, and_, any_, bindparam, func, null, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, distinct_on
from sqlalchemy.orm import aliased

from db.accounts.rows import AccountRow, AddressHolder, ApiKeyRow, IdentityRow, RoleHolder, SignInRow
from db.accounts.tables import AccountIdentityTable, AccountRoleTable, AccountTable, ApiKeyTable
from db.advisory_locks import AdvisoryLock, taking
from db.columns import columns, scalar
from db.ecps.reads import ECP_COLUMNS
from db.ecps.tables import EcpTable
from db.program.reads import PROGRAM_COLUMNS
from db.program.tables import ProgramTable
from db.statement import Statement, string, uuid, uuids

_HELD: Final = aliased(AccountRoleTable)
ACCOUNT_COLUMNS: Final = columns(
    AccountTable,
    AccountRow,
    roles=func.array(
        select(_HELD.role)
        .where(_HELD.account_id == AccountTable.id)
        .order_by(_HELD.role)
        .correlate(AccountTable)
        .scalar_subquery(),
        type_=ARRAY(Text()),
    ),
    ecp_id=select(EcpTable.id).where(EcpTable.account_id == AccountTable.id).correlate(AccountTable).scalar_subquery(),
)
API_KEY_COLUMNS: Final = columns(ApiKeyTable, ApiKeyRow)
_OF_SUBJECT: Final = (
    AccountIdentityTable.issuer == string("issuer"),
    AccountIdentityTable.subject == string("subject"),
)
_LINKED: Final = AccountIdentityTable.unlinked_at.is_(None)

ACCOUNTS_BY_ID = Statement(select(*ACCOUNT_COLUMNS).where(AccountTable.id == any_(uuids("ids"))), AccountRow)
ACCOUNT_BY_EMAIL = Statement(select(*ACCOUNT_COLUMNS).where(AccountTable.email_key == string("key")), AccountRow)
LOCK_ACCOUNT = Statement(
    select(*ACCOUNT_COLUMNS).where(AccountTable.id == uuid("id")).with_for_update(of=AccountTable), AccountRow
)
OLDEST_ENABLED_ACCOUNTS = Statement(
    select(*columns(AccountRoleTable, RoleHolder, account=ACCOUNT_COLUMNS))
    .select_from(AccountTable)
    .join(AccountRoleTable, AccountRoleTable.account_id == AccountTable.id)
    .where(AccountTable.disabled_at.is_(None))
    .ext(distinct_on(AccountRoleTable.role))
    .order_by(AccountRoleTable.role, AccountTable.created_at, AccountTable.id),
    RoleHolder,
)
# The program and the ECP come with the account, so that no request needs a statement more for them.
SIGN_IN_OF_ACCOUNT = Statement(
    select(
        *columns(
            AccountTable,
            SignInRow,
            account=ACCOUNT_COLUMNS,
            program=PROGRAM_COLUMNS,
            ecp=ECP_COLUMNS,
            api_key_id=null().cast(Uuid),
            identity_id=null().cast(Uuid),
        )
    )
    .select_from(AccountTable)
    .join(ProgramTable, true())
    .outerjoin(EcpTable, EcpTable.account_id == AccountTable.id)
    .where(AccountTable.id == uuid("id")),
    SignInRow,
)
SIGN_IN_OF_API_KEY = Statement(
    select(
        *columns(
            ApiKeyTable,
            SignInRow,
            account=ACCOUNT_COLUMNS,
            program=PROGRAM_COLUMNS,
            ecp=ECP_COLUMNS,
            api_key_id=ApiKeyTable.id,
            identity_id=null().cast(Uuid),
        )
    )
    .select_from(AccountTable)
    .join(ProgramTable, true())
    .outerjoin(EcpTable, EcpTable.account_id == AccountTable.id)
    .join(ApiKeyTable, ApiKeyTable.account_id == AccountTable.id)
    .where(
        ApiKeyTable.secret_hash == bindparam("secret_hash", type_=BYTEA(), required=True),
        ApiKeyTable.revoked_at.is_(None),
    ),
    SignInRow,
)
SIGN_IN_OF_IDENTITY = Statement(
    select(
        *columns(
            AccountIdentityTable,
            SignInRow,
            account=ACCOUNT_COLUMNS,
            program=PROGRAM_COLUMNS,
            ecp=ECP_COLUMNS,
            api_key_id=null().cast(Uuid),
            identity_id=AccountIdentityTable.id,
        )
    )
    .select_from(AccountTable)
    .join(ProgramTable, true())
    .outerjoin(EcpTable, EcpTable.account_id == AccountTable.id)
    .join(AccountIdentityTable, AccountIdentityTable.account_id == AccountTable.id)
    .where(*_OF_SUBJECT, _LINKED),
    SignInRow,
)
# Two are enough to know that an address is not of one account alone.
HOLDERS_OF_ADDRESS = Statement(
    select(
        AccountTable.id,
        AccountTable.email,
        and_(
            AccountTable.disabled_at.is_(None),
            ~select(true())
            .where(
                AccountIdentityTable.account_id == AccountTable.id,
                AccountIdentityTable.issuer == string("issuer"),
                _LINKED,
            )
            .exists(),
        ).label("may_link"),
    )
    .where(
        or_(
            AccountTable.email_key == string("email_key"),
            and_(
                AccountTable.email.is_not(None),
                AccountTable.email_key.is_(None),
                func.lower(AccountTable.email) == func.lower(string("email")),
            ),
        )
    )
    .limit(2),
    AddressHolder,
)
IDENTITY_COLUMNS: Final = columns(AccountIdentityTable, IdentityRow)
IDENTITIES_BY_ID = Statement(
    select(*IDENTITY_COLUMNS).where(AccountIdentityTable.id == any_(uuids("ids")), _LINKED), IdentityRow
)
IDENTITIES_BY_ACCOUNT = Statement(
    select(*IDENTITY_COLUMNS)
    .where(AccountIdentityTable.account_id == any_(uuids("ids")), _LINKED)
    .order_by(AccountIdentityTable.linked_at, AccountIdentityTable.id),
    IdentityRow,
)
IDENTITY_BY_SUBJECT = Statement(select(*IDENTITY_COLUMNS).where(*_OF_SUBJECT, _LINKED), IdentityRow)
UNLINKED_BY_SUBJECT = Statement(
    select(*IDENTITY_COLUMNS).where(*_OF_SUBJECT, AccountIdentityTable.unlinked_at.is_not(None)).limit(1), IdentityRow
)
API_KEYS_BY_ID = Statement(select(*API_KEY_COLUMNS).where(ApiKeyTable.id == any_(uuids("ids"))), ApiKeyRow)
LOCK_API_KEY = Statement(select(*API_KEY_COLUMNS).where(ApiKeyTable.id == uuid("id")).with_for_update(), ApiKeyRow)
# The accounts that hold a role and can sign in: the work of this role is theirs.
HOLDERS_OF_ROLE = Statement(
    select(AccountTable.id)
    .join(AccountRoleTable, AccountRoleTable.account_id == AccountTable.id)
    .where(AccountRoleTable.role == string("role"), AccountTable.disabled_at.is_(None))
    .order_by(AccountTable.id),
    scalar(UUID),
)
# Behind it, accounts stop being administrators one after the other.
LOCK_ADMINISTRATORS = taking(AdvisoryLock.REMOVING_ADMINISTRATORS)


def display_name_of(account_id: ColumnElement[Any]) -> ScalarSelect[Any]:
    """The name of the account with this id, as a column of a statement about something else; null without an id."""
    named = aliased(AccountTable)
    return select(named.display_name).where(named.id == account_id).scalar_subquery()
