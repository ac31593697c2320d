"""The command `tessera init`: give a new database its first administrator, settings, tiers, and places."""

import sys
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import typer
from msgspec import Struct

from db.catalog.reads import ALL_TIERS, GEOGRAPHIES_BY_CODE
from db.program.reads import PROGRAM
from db.program.rows import ProgramRow
from domain.failures import Failure
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.text import format_count
from domain.viewers import Viewer
from graphql_api.commands import CommandRejected, DatabaseUrl, run_on
from graphql_api.context import Environment
from graphql_api.setup_files import PlaceLine, TierLine, countries, read_places, read_tiers
from graphql_api.transaction import TransactionDatabase
from graphql_api.verification import open_messages
from resolvers.accounts.loaders import first_accounts_by_role
from resolvers.accounts.upsert_account import UpsertAccount, upsert_account
from resolvers.accounts.viewers import build_viewer, load_viewers
from resolvers.catalog.upsert_geography import UpsertGeography, upsert_geography
from resolvers.catalog.upsert_tier import UpsertTier, upsert_tier
from resolvers.program.update_program import UpdateProgram, update_program
from schema.ids import encode_id

_SETTINGS: Final = {"name": "Name of the program", "time_zone": "Time zone", "currency": "Currency", "locale": "Locale"}
NameOption = Annotated[str | None, typer.Option("--name", help="The name of the program.")]
ZoneOption = Annotated[str | None, typer.Option(help="The time zone in which its days begin, like Asia/Kolkata.")]
CurrencyOption = Annotated[str | None, typer.Option(help="The currency of budgets, like INR.")]
LocaleOption = Annotated[str | None, typer.Option(help="How numbers and dates are written, like en-IN.")]
AdminNameOption = Annotated[str | None, typer.Option(help="The name of the first administrator.")]
AdminEmailOption = Annotated[str | None, typer.Option(help="The e-mail address of the first administrator.")]
TiersOption = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="A CSV file with the columns code, name, rank.")
]
PlacesOption = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="A CSV file with the columns code, name, level, parent."),
]
CountriesOption = Annotated[bool, typer.Option("--countries", help="Load the countries of the world.")]


class _Given(Struct, frozen=True, kw_only=True):
    """What a person gave as options."""

    settings: dict[str, Any]
    admin_name: str | None
    admin_email: str | None
    tiers: list[TierLine]
    places: list[PlaceLine] | None
    countries: bool


def add_init_command(app: typer.Typer, database_url: DatabaseUrl) -> None:
    """Add the command `init` to the command line; `database_url` opens the database for the length of a block."""

    @app.command()
    def init(  # noqa: PLR0913 - the options of a command
        *,
        name: NameOption = None,
        time_zone: ZoneOption = None,
        currency: CurrencyOption = None,
        locale: LocaleOption = None,
        admin_name: AdminNameOption = None,
        admin_email: AdminEmailOption = None,
        tiers: TiersOption = None,
        geographies: PlacesOption = None,
        countries: CountriesOption = False,
    ) -> None:
        """Set up the program of a new database: settings, the first administrator, tiers, and places.

        On a terminal, what no option gives is asked for. All of it is stored, or nothing; what is there already by its
        code is replaced, so the command may be run again.
        """
        given = _Given(
            settings={"name": name, "time_zone": time_zone, "currency": currency, "locale": locale},
            admin_name=admin_name,
            admin_email=admin_email,
            tiers=[] if tiers is None else read_tiers(tiers),
            places=None if geographies is None else read_places(geographies),
            countries=countries,
        )
        for line in run_on(database_url, lambda environment: _set_up(environment, given)):
            open_messages().print(line, markup=False)


async def _set_up(environment: Environment, given: _Given) -> list[str]:
    """Do everything in one transaction, and say what was done."""
    operation = environment.operation(None, fresh=True)
    try:
        (program,) = await operation.fetch(PROGRAM)
        admins = await first_accounts_by_role(operation)
    finally:
        await operation.close()
    asked = _ask(given, program, has_admin=Role.ADMIN in admins)
    async with environment.database.writing() as session:
        inside = Environment(database=TransactionDatabase(session))
        lines = []
        admin = admins.get(Role.ADMIN)
        if admin is None:
            viewer, line = await _add_admin(inside, asked)
            lines.append(line)
        else:
            viewer = build_viewer(admin)
        command = UpdateProgram(**asked.settings)
        await update_program(inside.operation(viewer), command)
        (program,) = await session.fetch(PROGRAM)
        shown = f"{program.time_zone}, {program.currency}, and {program.locale}"
        lines.append(f"The program is {program.name}, in {shown}.")
        await _put_tiers(inside, viewer, asked.tiers)
        places = [*(countries(program.locale) if asked.countries else []), *(asked.places or [])]
        await _put_places(inside, viewer, places)
        lines.append(f"Loaded {format_count(len(asked.tiers), 'tier')} and {format_count(len(places), 'place')}.")
    return lines


def _ask(given: _Given, program: ProgramRow, *, has_admin: bool) -> _Given:
    """Ask a person at a terminal for what no option gives. Raises CommandRejected for what only a person can say."""
    can_ask = sys.stdin.isatty()
    settings = {**given.settings}
    for name, title in _SETTINGS.items():
        if settings[name] is None and can_ask:
            settings[name] = typer.prompt(title, default=getattr(program, name), err=True)
    admin_name, admin_email = given.admin_name, given.admin_email
    if not has_admin and admin_name is None:
        if not can_ask:
            message = "The program has no administrator yet: add --admin-name and --admin-email."
            raise CommandRejected(message)
        admin_name = typer.prompt("Name of the first administrator", err=True)
        admin_email = admin_email or typer.prompt("E-mail address", err=True)
    return _Given(
        settings=settings,
        admin_name=admin_name,
        admin_email=admin_email,
        tiers=given.tiers,
        places=given.places,
        countries=given.countries,
    )


async def _add_admin(inside: Environment, given: _Given) -> tuple[Viewer, str]:
    operation = inside.operation(None)
    command = UpsertAccount(
        id=None,
        display_name=given.admin_name or "",
        email=given.admin_email,
        roles=(Role.ADMIN,),
        vendor_id=None,
        disabled=False,
    )
    account_id = await upsert_account(operation, command)
    viewers = await load_viewers(operation, [account_id])
    return viewers[account_id], f"The administrator is {given.admin_name}, {encode_id(NodeKind.ACCOUNT, account_id)}."


async def _put_tiers(inside: Environment, viewer: Viewer, tiers: list[TierLine]) -> None:
    operation = inside.operation(viewer)
    known = {tier.code: tier.id for tier in await operation.fetch(ALL_TIERS)}
    for tier in tiers:
        command = UpsertTier(id=known.get(tier.code), code=tier.code, name=tier.name, rank=tier.rank)
        known[tier.code] = await _put(tier.code, upsert_tier(inside.operation(viewer), command))


async def _put_places(inside: Environment, viewer: Viewer, places: list[PlaceLine]) -> None:
    codes = sorted({code for place in places for code in (place.code, place.parent) if code})
    found = await inside.operation(viewer).fetch(GEOGRAPHIES_BY_CODE, codes=codes)
    known: dict[str, UUID] = {place.code: place.id for place in found}
    for place in places:
        if place.parent is not None and place.parent not in known:
            message = f"{place.code}: there is no place with the code {place.parent}, its parent."
            raise CommandRejected(message)
        command = UpsertGeography(
            id=known.get(place.code),
            code=place.code,
            name=place.name,
            level=place.level,
            parent_id=None if place.parent is None else known[place.parent],
        )
        known[place.code] = await _put(place.code, upsert_geography(inside.operation(viewer), command))


async def _put(code: str, storing: Any) -> UUID:
    """Store an entry. Raises CommandRejected, which names the code that a file gives."""
    try:
        key: UUID = await storing
    except Failure as failure:
        message = f"{code}: {failure}"
        raise CommandRejected(message) from failure
    return key
