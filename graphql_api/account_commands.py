"""The commands `tessera account`: add, list, disable, enable, and link accounts, where nobody can sign in."""

import sys
from collections.abc import Callable
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from db.accounts.reads import ACCOUNT_BY_EMAIL, ACCOUNTS_BY_ID
from db.accounts.rows import AccountRow
from db.catalog.reads import VENDOR_BY_CODE
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.text import format_count, text_key
from graphql_api.commands import CommandRejected, DatabaseUrl, run_on
from graphql_api.context import Environment
from graphql_api.identity.development import dev_token
from graphql_api.settings import Settings
from graphql_api.verification import open_messages
from resolvers.accounts.link_identity import LinkIdentity, link_identity
from resolvers.accounts.lists import list_accounts
from resolvers.accounts.upsert_account import UpsertAccount, upsert_account
from resolvers.context import Operation
from resolvers.paging import LARGEST_PAGE, PageArguments
from schema.ids import decode_id, encode_id

_WIDTH: Final = 160
NameOption = Annotated[str, typer.Option(help="The name that others see.")]
EmailOption = Annotated[str | None, typer.Option(help="The e-mail address; an identity provider finds it by this.")]
RolesOption = Annotated[
    list[Role], typer.Option("--role", case_sensitive=False, help="A role; give the option once for each of several.")
]
VendorOption = Annotated[
    str | None, typer.Option(metavar="CODE", help="The vendor that an account with the role VENDOR works for.")
]
AccountArgument = Annotated[str, typer.Argument(metavar="ACCOUNT", help="An id like acc_…, or an e-mail address.")]
SubjectArgument = Annotated[str, typer.Argument(help="The person, as tokens of the provider have it in “sub”.")]
IssuerOption = Annotated[
    str | None, typer.Option(help="The provider, as its tokens have it in “iss”; by default that of the settings.")
]
SearchOption = Annotated[str | None, typer.Option(help="Only accounts whose name or address has these words.")]
RoleOption = Annotated[Role | None, typer.Option("--role", case_sensitive=False, help="Only accounts with this role.")]


def account_commands(database_url: DatabaseUrl, read_settings: Callable[[], Settings]) -> typer.Typer:
    """The commands about accounts; `database_url` opens the database for the length of a block."""
    commands = typer.Typer(no_args_is_help=True, help="Accounts: who may sign in, and with which roles.")

    @commands.command()
    def add(*, name: NameOption, role: RolesOption, email: EmailOption = None, vendor: VendorOption = None) -> None:
        """Add an account, such as that of the first administrator, and print its id."""

        async def work(environment: Environment) -> UUID:
            operation = environment.operation(None, fresh=True)
            return await _add(operation, name=name, roles=role, email=email, vendor=vendor)

        added = run_on(database_url, work)
        sys.stdout.write(f"{encode_id(NodeKind.ACCOUNT, added)}\n")

    @commands.command(name="list")
    def list_all(*, search: SearchOption = None, role: RoleOption = None) -> None:
        """List accounts by name."""
        run_on(database_url, lambda environment: _print_list(environment.operation(None), search, role))

    @commands.command()
    def disable(account: AccountArgument) -> None:
        """Keep an account from signing in, at once. The last administrator cannot be disabled."""
        changed = run_on(database_url, lambda environment: _set(environment.operation(None), account, disabled=True))
        open_messages().print(f"{changed} can no longer sign in.", markup=False)

    @commands.command()
    def enable(account: AccountArgument) -> None:
        """Let a disabled account sign in again."""
        changed = run_on(database_url, lambda environment: _set(environment.operation(None), account, disabled=False))
        open_messages().print(f"{changed} can sign in again.", markup=False)

    @commands.command()
    def link(account: AccountArgument, subject: SubjectArgument, *, issuer: IssuerOption = None) -> None:
        """Let a person of an identity provider sign in as an account."""
        named = issuer or read_settings().oidc_issuer
        if named is None:
            message = "Set TESSERA_OIDC_ISSUER, or name the identity provider with --issuer."
            raise CommandRejected(message)
        linked = run_on(database_url, lambda environment: _link(environment.operation(None), account, named, subject))
        open_messages().print(f"{subject} of {named} signs in as {linked}.", markup=False)

    @commands.command()
    def token(account: AccountArgument) -> None:
        """Print a token for any account; in development only."""
        settings = read_settings()
        require_development(settings)
        found = run_on(database_url, lambda environment: _find(environment.operation(None), account))
        sys.stdout.write(f"{dev_token(settings, found.id)}\n")

    return commands


def require_development(settings: Settings) -> None:
    """Refuse to make a token for a server in production. Raises CommandRejected."""
    if not settings.development:
        message = "Development tokens are made in development only: set TESSERA_ENV=dev on your own machine."
        raise CommandRejected(message)


async def _add(operation: Operation, *, name: str, roles: list[Role], email: str | None, vendor: str | None) -> UUID:
    try:
        vendor_id = None
        if vendor is not None:
            vendors = await operation.fetch(VENDOR_BY_CODE, code=vendor.strip())
            if not vendors:
                message = f"There is no vendor with the code {vendor}."
                raise CommandRejected(message)
            vendor_id = vendors[0].id
        command = UpsertAccount(
            id=None, display_name=name, email=email, roles=tuple(roles), vendor_id=vendor_id, disabled=False
        )
        return await upsert_account(operation, command)
    finally:
        await operation.close()


async def _set(operation: Operation, named: str, *, disabled: bool) -> str:
    """Disable or enable the account, and return its name."""
    account = await _find(operation, named)
    command = UpsertAccount(
        id=account.id,
        display_name=account.display_name,
        email=account.email,
        roles=tuple(Role(role) for role in account.roles),
        vendor_id=account.vendor_id,
        disabled=disabled,
    )
    await upsert_account(operation, command)
    return account.display_name


async def _link(operation: Operation, named: str, issuer: str, subject: str) -> str:
    """Link an identity to an account, and return the name of the account."""
    account = await _find(operation, named)
    await link_identity(operation, LinkIdentity(account_id=account.id, issuer=issuer, subject=subject))
    return account.display_name


async def _find(operation: Operation, named: str) -> AccountRow:
    """Find an account by id or e-mail address. Raises CommandRejected."""
    try:
        if "@" in named:
            found = await operation.fetch(ACCOUNT_BY_EMAIL, key=text_key(named))
        else:
            found = await operation.fetch(ACCOUNTS_BY_ID, ids=[_key_of(named)])
    finally:
        await operation.close()
    if not found:
        message = f"There is no account {named}. List all with “tessera account list”."
        raise CommandRejected(message)
    return found[0]


def _key_of(named: str) -> UUID:
    decoded = decode_id(named)
    if decoded is not None and decoded[0] is NodeKind.ACCOUNT:
        return decoded[1]
    try:
        return UUID(named)
    except ValueError:
        message = f"“{named}” is neither the id of an account, like acc_…, nor an e-mail address."
        raise CommandRejected(message) from None


async def _print_list(operation: Operation, search: str | None, role: Role | None) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
    table = Table("Id", "Name", "E-mail", "Roles", "State", box=None, pad_edge=False)
    try:
        page = await list_accounts(operation, PageArguments(first=LARGEST_PAGE), search=search, role=role)
    finally:
        await operation.close()
    for account in page.nodes:
        state = "active" if account.disabled_at is None else "disabled"
        names = (account.display_name, account.email or "", ", ".join(account.roles), state)
        table.add_row(encode_id(NodeKind.ACCOUNT, account.id), *names)
    console.print(table)
    more = "; there are more: find them with --search and --role" if page.has_next else ""
    open_messages().print(f"{format_count(len(page.nodes), 'account')}{more}.")
