"""The demo accounts: one for each role alone, then those with several roles, and two ECPs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.accounts.changes import put_account
from db.accounts.rows import AccountRow
from db.sessions import Writing
from domain.permissions import Role
from domain.viewers import Viewer
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
    # People who work for a vendor have its code.
    PRN_01 = "PRN-01"
    PRN_02 = "PRN-02"
    PRN_03 = "PRN-03"
    PRN_04 = "PRN-04"
    PKG_01 = "PKG-01"
    PKG_02 = "PKG-02"
    PKG_03 = "PKG-03"
    PKG_04 = "PKG-04"
    FAC_01 = "FAC-01"
    FAC_02 = "FAC-02"
    FAC_03 = "FAC-03"
    FAC_04 = "FAC-04"


class AccountPlan(Struct, frozen=True):
    """An account, added this many days before loading; `person` if it takes steps."""

    days_ago: int
    display_name: str
    email: str
    roles: tuple[Role, ...]
    person: Person | None = None
    vendor: str | None = None
    disabled: bool = False


FIRST_ADMIN: Final = AccountPlan(
    days_ago=400,
    display_name="Anaya Lumerkar",
    email="anaya.lumerkar@example.com",
    roles=(Role.ADMIN,),
    person=Person.ADMIN,
)
# The one ECP whose token is printed; she is the first to register.
TARA: Final = AccountPlan(
    days_ago=374,
    display_name="Dr. Tara Sorvane",
    email="tara.sorvane@example.com",
    roles=(Role.ECP,),
    person=Person.ECP,
)

# In order of age: the oldest account of a role is the one that `tessera token` signs in.
ACCOUNTS: Final = (
    AccountPlan(
        days_ago=399,
        display_name="Rohan Testani",
        email="rohan.testani@example.com",
        roles=(Role.PROGRAM_MANAGER,),
        person=Person.MANAGER,
    ),
    AccountPlan(
        days_ago=398,
        display_name="Meera Ovalkar",
        email="meera.ovalkar@example.com",
        roles=(Role.APPROVER,),
        person=Person.APPROVER,
    ),
    AccountPlan(
        days_ago=397,
        display_name="Kabir Brindane",
        email="kabir.brindane@example.com",
        roles=(Role.OPERATIONS,),
        person=Person.OPERATIONS,
    ),
    AccountPlan(
        days_ago=396,
        display_name="Ishita Quillan",
        email="ishita.quillan@example.com",
        roles=(Role.DESIGNER,),
        person=Person.DESIGNER,
    ),
    AccountPlan(
        days_ago=395,
        display_name="Devan Printwala",
        email="devan.printwala@example.com",
        roles=(Role.VENDOR,),
        person=Person.PRN_01,
        vendor="PRN-01",
    ),
    TARA,
    AccountPlan(days_ago=393, display_name="Nikhil Tamrik", email="nikhil.tamrik@example.com", roles=(Role.ANALYST,)),
    AccountPlan(
        days_ago=392,
        display_name="Point of sale connector",
        email="pos.connector@example.com",
        roles=(Role.INTEGRATION,),
        person=Person.CONNECTOR,
    ),
    AccountPlan(
        days_ago=391,
        display_name="Leela Veloran",
        email="leela.veloran@example.com",
        roles=(Role.PROGRAM_MANAGER,),
        person=Person.SECOND_MANAGER,
    ),
    AccountPlan(
        days_ago=390,
        display_name="Arvind Zentari",
        email="arvind.zentari@example.com",
        roles=(Role.PROGRAM_MANAGER, Role.APPROVER),
        person=Person.HEAD,
    ),
    AccountPlan(
        days_ago=389,
        display_name="Sunil Cartonkar",
        email="sunil.cartonkar@example.com",
        roles=(Role.VENDOR,),
        person=Person.PKG_01,
        vendor="PKG-01",
    ),
    AccountPlan(
        days_ago=388,
        display_name="Farah Blendwell",
        email="farah.blendwell@example.com",
        roles=(Role.VENDOR,),
        person=Person.FAC_01,
        vendor="FAC-01",
    ),
    AccountPlan(
        days_ago=387,
        display_name="Om Formerly",
        email="om.formerly@example.com",
        roles=(Role.PROGRAM_MANAGER,),
        disabled=True,
    ),
    AccountPlan(
        days_ago=386,
        display_name="Neha Bluequist",
        email="neha.bluequist@example.com",
        roles=(Role.VENDOR,),
        person=Person.PRN_02,
        vendor="PRN-02",
    ),
    AccountPlan(
        days_ago=385,
        display_name="Imran Tintwala",
        email="imran.tintwala@example.com",
        roles=(Role.VENDOR,),
        person=Person.PRN_03,
        vendor="PRN-03",
    ),
    AccountPlan(
        days_ago=384,
        display_name="Pasang Lanternu",
        email="pasang.lanternu@example.com",
        roles=(Role.VENDOR,),
        person=Person.PRN_04,
        vendor="PRN-04",
    ),
    AccountPlan(
        days_ago=382,
        display_name="Ravi Creekson",
        email="ravi.creekson@example.com",
        roles=(Role.VENDOR,),
        person=Person.PKG_02,
        vendor="PKG-02",
    ),
    AccountPlan(
        days_ago=381,
        display_name="Harleen Sealwani",
        email="harleen.sealwani@example.com",
        roles=(Role.VENDOR,),
        person=Person.PKG_03,
        vendor="PKG-03",
    ),
    AccountPlan(
        days_ago=380,
        display_name="Anik Banyande",
        email="anik.banyande@example.com",
        roles=(Role.VENDOR,),
        person=Person.PKG_04,
        vendor="PKG-04",
    ),
    AccountPlan(
        days_ago=379,
        display_name="Selvi Blendhurst",
        email="selvi.blendhurst@example.com",
        roles=(Role.VENDOR,),
        person=Person.FAC_02,
        vendor="FAC-02",
    ),
    AccountPlan(
        days_ago=378,
        display_name="Mohan Fillinde",
        email="mohan.fillinde@example.com",
        roles=(Role.VENDOR,),
        person=Person.FAC_03,
        vendor="FAC-03",
    ),
    AccountPlan(
        days_ago=377,
        display_name="Priya Lensara",
        email="priya.lensara@example.com",
        roles=(Role.VENDOR,),
        person=Person.FAC_04,
        vendor="FAC-04",
    ),
    # Invited as an ECP, not registered yet.
    AccountPlan(days_ago=2, display_name="Bina Unbegun", email="bina.unbegun@example.com", roles=(Role.ECP,)),
)


async def put_first_admin(session: Writing, clock: DemoClock) -> Viewer:
    """Store the first administrator: no account exists that could add it. Raises DuplicateKey."""
    plan = FIRST_ADMIN
    clock.set_to(clock.days_ago(plan.days_ago))
    roles = [role.value for role in plan.roles]
    account = AccountRow(
        id=clock.new_id(),
        display_name=plan.display_name,
        email=plan.email,
        vendor_id=None,
        created_at=clock(),
        disabled_at=None,
        roles=roles,
    )
    await put_account(session, account)
    return _viewer(plan, account.id)


async def create_accounts(
    environment: Environment, clock: DemoClock, admin: Viewer, vendors: Mapping[str, UUID]
) -> dict[Person, Viewer]:
    """Add the other accounts as the administrator; return the people who take steps."""
    people = {Person.ADMIN: admin}
    for plan in ACCOUNTS:
        clock.set_to(clock.days_ago(plan.days_ago))
        vendor_id = None if plan.vendor is None else vendors[plan.vendor]
        command = UpsertAccount(
            id=None,
            display_name=plan.display_name,
            email=plan.email,
            roles=plan.roles,
            vendor_id=vendor_id,
            disabled=plan.disabled,
        )
        account_id = await upsert_account(environment.operation(admin), command)
        if plan.person is not None:
            people[plan.person] = _viewer(plan, account_id, vendor_id)
    return people


def _viewer(plan: AccountPlan, account_id: UUID, vendor_id: UUID | None = None) -> Viewer:
    return Viewer(
        account_id=account_id,
        display_name=plan.display_name,
        email=plan.email,
        roles=frozenset(plan.roles),
        vendor_id=vendor_id,
    )
