"""The demo accounts: one for each role alone, then those with several roles, and two ECPs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.accounts.changes import put_account
from db.accounts.rows import AccountRow
from db.sessions import Writing
from domain.permissions import Role, Viewer
from graphql_api.context import Environment
from graphql_api.demo.clock import DemoClock
from resolvers.accounts.upsert_account import UpsertAccount, upsert_account


class Person(StrEnum):
    """A person who takes steps in the demo data."""

    ADMIN = "ADMIN"
    MANAGER = "MANAGER"
    SECOND_MANAGER = "SECOND_MANAGER"
    HEAD = "HEAD"
    APPROVER = "APPROVER"
    OPERATIONS = "OPERATIONS"
    DESIGNER = "DESIGNER"
    ECP = "ECP"
    CONNECTOR = "CONNECTOR"


class AccountPlan(Struct, frozen=True):
    """An account, added this many days before loading; `person` if it takes steps."""

    days_ago: int
    display_name: str
    email: str
    roles: tuple[Role, ...]
    person: Person | None = None
    vendor: str | None = None
    disabled: bool = False


FIRST_ADMIN: Final = AccountPlan(260, "Anaya Lumerkar", "anaya.lumerkar@example.com", (Role.ADMIN,), Person.ADMIN)
# The one ECP whose token is printed; she is the first to register.
TARA: Final = AccountPlan(254, "Dr. Tara Sorvane", "tara.sorvane@example.com", (Role.ECP,), Person.ECP)

# In order of age: the oldest account of a role is the one that `tessera token` signs in.
ACCOUNTS: Final = (
    AccountPlan(259, "Rohan Testani", "rohan.testani@example.com", (Role.PROGRAM_MANAGER,), Person.MANAGER),
    AccountPlan(258, "Meera Ovalkar", "meera.ovalkar@example.com", (Role.APPROVER,), Person.APPROVER),
    AccountPlan(257, "Kabir Brindane", "kabir.brindane@example.com", (Role.OPERATIONS,), Person.OPERATIONS),
    AccountPlan(256, "Ishita Quillan", "ishita.quillan@example.com", (Role.DESIGNER,), Person.DESIGNER),
    AccountPlan(255, "Devan Printwala", "devan.printwala@example.com", (Role.VENDOR,), vendor="PRN-01"),
    TARA,
    AccountPlan(253, "Nikhil Tamrik", "nikhil.tamrik@example.com", (Role.ANALYST,)),
    AccountPlan(252, "Point of sale connector", "pos.connector@example.com", (Role.INTEGRATION,), Person.CONNECTOR),
    AccountPlan(251, "Leela Veloran", "leela.veloran@example.com", (Role.PROGRAM_MANAGER,), Person.SECOND_MANAGER),
    AccountPlan(
        250, "Arvind Zentari", "arvind.zentari@example.com", (Role.PROGRAM_MANAGER, Role.APPROVER), Person.HEAD
    ),
    AccountPlan(249, "Sunil Cartonkar", "sunil.cartonkar@example.com", (Role.VENDOR,), vendor="PKG-01"),
    AccountPlan(248, "Farah Blendwell", "farah.blendwell@example.com", (Role.VENDOR,), vendor="FAC-01"),
    AccountPlan(247, "Om Formerly", "om.formerly@example.com", (Role.PROGRAM_MANAGER,), disabled=True),
    # Invited as an ECP, not registered yet.
    AccountPlan(2, "Bina Unbegun", "bina.unbegun@example.com", (Role.ECP,)),
)


async def put_first_admin(session: Writing, clock: DemoClock) -> Viewer:
    """Store the first administrator: no account exists that could add it. Raises DuplicateKey."""
    plan = FIRST_ADMIN
    clock.set_to(clock.days_ago(plan.days_ago))
    roles = [role.value for role in plan.roles]
    account = AccountRow(clock.new_id(), plan.display_name, plan.email, None, clock(), None, roles)
    await put_account(session, account)
    return _viewer(plan, account.id)


async def add_accounts(
    environment: Environment, clock: DemoClock, admin: Viewer, vendors: Mapping[str, UUID]
) -> dict[Person, Viewer]:
    """Add the other accounts as the administrator; return the people who take steps."""
    people = {Person.ADMIN: admin}
    for plan in ACCOUNTS:
        clock.set_to(clock.days_ago(plan.days_ago))
        vendor_id = None if plan.vendor is None else vendors[plan.vendor]
        command = UpsertAccount(None, plan.display_name, plan.email, plan.roles, vendor_id, plan.disabled)
        account_id = await upsert_account(environment.operation(admin), command)
        if plan.person is not None:
            people[plan.person] = _viewer(plan, account_id)
    return people


def _viewer(plan: AccountPlan, account_id: UUID) -> Viewer:
    return Viewer(account_id, plan.display_name, plan.email, frozenset(plan.roles))
