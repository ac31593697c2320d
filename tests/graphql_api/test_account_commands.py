"""`tessera account` and `tessera init`: a new database gets an administrator, settings, tiers, and places (R18)."""

from pathlib import Path

import pytest

from db.database import Database
from domain.node_kinds import NodeKind
from schema.ids import decode_id
from tests.support.command_line import Command, command_in
from tests.support.queries import execute, first_column, records
from tests.support.world import World

ACCOUNTS = """SELECT display_name, email, disabled_at IS NOT NULL,
    (SELECT string_agg(role, ',' ORDER BY role) FROM account_role WHERE account_id = account.id)
    FROM account ORDER BY created_at, display_name"""
ALONE = (
    "Admin is the only administrator who can sign in. Give another account the role administrator first, and then "
    "change this one.\n"
)
HEAD = "code,name,level,parent\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command line, within this process."""
    return command_in(tmp_path, monkeypatch, capsys)


@pytest.fixture
def here(database: Database, database_url: str) -> dict[str, str]:
    """The settings of a server in production on the database of the test, which is empty."""
    del database
    return {"DATABASE_URL": database_url}


def test_an_account_is_added_listed_disabled_and_enabled(run: Command, here: dict[str, str], database_url: str) -> None:
    added = run("account", "add", "--role", "admin", "--name", " Asha Rao ", "--email", "asha@example.com", **here)
    assert added.code == 0, added.complaints
    account_id = added.printed.strip()
    decoded = decode_id(account_id)
    assert decoded is not None
    assert decoded[0] is NodeKind.ACCOUNT
    second = run("account", "add", "--role", "ADMIN", "--role", "ANALYST", "--name", "Ben Ode", **here)
    assert records(database_url, ACCOUNTS) == [
        ("Asha Rao", "asha@example.com", False, "ADMIN"),
        ("Ben Ode", None, False, "ADMIN,ANALYST"),
    ]
    listed = run("account", "list", **here)
    assert [line.split() for line in listed.printed.splitlines()] == [
        ["Id", "Name", "E-mail", "Roles", "State"],
        [account_id, "Asha", "Rao", "asha@example.com", "ADMIN", "active"],
        [second.printed.strip(), "Ben", "Ode", "ADMIN,", "ANALYST", "active"],
    ]
    assert listed.complaints == "2 accounts.\n"
    assert "Ben" not in run("account", "list", "--search", "asha", **here).printed
    assert "Asha" not in run("account", "list", "--role", "ANALYST", **here).printed
    disabled = run("account", "disable", "ASHA@example.com", **here)
    assert (disabled.code, disabled.complaints) == (0, "Asha Rao can no longer sign in.\n")
    assert records(database_url, ACCOUNTS)[0] == ("Asha Rao", "asha@example.com", True, "ADMIN")
    assert run("account", "enable", account_id, **here).complaints == "Asha Rao can sign in again.\n"
    assert records(database_url, ACCOUNTS)[0] == ("Asha Rao", "asha@example.com", False, "ADMIN")
    assert len(first_column(database_url, "SELECT id::text FROM event WHERE kind = 'ACCOUNT_SAVED'")) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["add", "--role", "ADMIN", "--name", "B", "--email", "admin@example.com"],
            "Another account has this e-mail address.",
        ),
        (["add", "--role", "ADMIN", "--name", " "], "The name is missing."),
        (["add", "--role", "VENDOR", "--name", "B", "--vendor", "NONE"], "There is no vendor with the code NONE."),
        (
            ["add", "--role", "VENDOR", "--name", "B"],
            "An account with the role vendor works for one vendor, and only such an account does.",
        ),
        (
            ["disable", "nobody@example.com"],
            "There is no account nobody@example.com. List all with “tessera account list”.",
        ),
        (["disable", "Admin"], "“Admin” is neither the id of an account, like acc_…, nor an e-mail address."),
        (["disable", "admin@example.com"], ALONE.strip()),
        (
            ["link", "admin@example.com", "ada"],
            "Set TESSERA_OIDC_ISSUER, or name the identity provider with --issuer.",
        ),
        (["link", "admin@example.com", " ", "--issuer", "https://id.example"], "The subject is missing."),
        (
            ["token", "admin@example.com"],
            "Development tokens are made in development only: set TESSERA_ENV=dev on your own machine.",
        ),
    ],
)
def test_what_is_wrong_is_said(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    run: Command, here: dict[str, str], world: World, database_url: str, arguments: list[str], message: str
) -> None:
    del world
    before = records(database_url, ACCOUNTS)
    ended = run("account", *arguments, **here)
    assert (ended.code, ended.complaints) == (1, f"{message}\n")
    assert records(database_url, ACCOUNTS) == before


def test_an_identity_is_linked(run: Command, here: dict[str, str], world: World, database_url: str) -> None:
    del world
    issuer = {"TESSERA_OIDC_ISSUER": "https://id.example"}
    linked = run("account", "link", "admin@example.com", "ada", **here, **issuer)
    assert (linked.code, linked.complaints) == (0, "ada of https://id.example signs in as Admin.\n")
    identities = "SELECT issuer, subject, origin, linked_by = account_id FROM account_identity"
    assert records(database_url, identities) == [("https://id.example", "ada", "ADMIN", True)]


def test_a_vendor_works_for_the_vendor_with_a_code(
    run: Command, here: dict[str, str], world: World, database_url: str
) -> None:
    assert run("account", "add", "--role", "VENDOR", "--name", "B", "--vendor", "PRN-1", **here).code == 0
    found = first_column(database_url, "SELECT vendor_id::text FROM account WHERE display_name = 'B'")
    assert found == {str(world.vendors["PRN-1"].id)}


def test_a_developer_gets_a_token_for_any_account(run: Command, here: dict[str, str], world: World) -> None:
    del world
    token = run("account", "token", "admin@example.com", TESSERA_ENV="dev", **here)
    assert (token.code, token.printed.count(".")) == (0, 2)


def test_an_empty_database_is_set_up(run: Command, here: dict[str, str], database_url: str, tmp_path: Path) -> None:
    tiers, places = tmp_path / "tiers.csv", tmp_path / "places.csv"
    tiers.write_text("\ufeffcode,name,rank\nSILVER,Silver,1\nGOLD,Gold,2\n", encoding="utf-8")
    places.write_text(
        f"{HEAD}IN-KA,Karnataka,region,IN\nBLR,Bengaluru,CITY,IN-KA\nIN,India,COUNTRY,\n", encoding="utf-8"
    )
    given = ["--name", "Ring Rewards", "--time-zone", "Asia/Kolkata", "--currency", "INR", "--locale", "en-IN"]
    files = ["--tiers", str(tiers), "--geographies", str(places)]
    admin = ["--admin-name", "Asha Rao", "--admin-email", "asha@example.com"]
    done = run("init", *given, *files, *admin, **here)
    assert done.code == 0, done.complaints
    first, *rest = done.complaints.splitlines()
    assert first.startswith("The administrator is Asha Rao, acc_")
    assert rest == ["The program is Ring Rewards, in Asia/Kolkata, INR, and en-IN.", "Loaded 2 tiers and 3 places."]
    assert records(database_url, "SELECT name, time_zone, currency, locale FROM program") == [
        ("Ring Rewards", "Asia/Kolkata", "INR", "en-IN")
    ]
    assert records(database_url, "SELECT code, rank FROM tier ORDER BY rank") == [("SILVER", 1), ("GOLD", 2)]
    tree = "SELECT p.code, q.code FROM geography p LEFT JOIN geography q ON q.id = p.parent_id ORDER BY p.code"
    assert records(database_url, tree) == [("BLR", "IN-KA"), ("IN", None), ("IN-KA", "IN")]
    again = run("init", *files, "--countries", **here)
    assert again.complaints.splitlines()[-1] == "Loaded 2 tiers and 253 places."
    assert records(database_url, tree)[:3] != []
    assert first_column(database_url, "SELECT count(*)::text FROM geography WHERE level = 'COUNTRY'") == {"250"}
    assert first_column(database_url, "SELECT name FROM geography WHERE code = 'DE'") == {"Germany"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,name\nIN,India\n", "{file} begins with code, name; write the columns code, name, level, parent."),
        ("", "{file} begins with nothing; write the columns code, name, level, parent."),
        (f"{HEAD}IN,India\n", "Line 2 of {file} has not as many columns as the header."),
        (f"{HEAD}IN,India,STATE,\n", "Line 2 of {file}: “STATE” is no level: write COUNTRY, REGION, or CITY."),
        (
            f"{HEAD}IN,India,COUNTRY,\nBLR,Bengaluru,CITY,IN\n",
            "BLR: A city lies in a region: choose one as its parent.",
        ),
        (f"{HEAD}KA,Karnataka,REGION,XX\n", "KA: there is no place with the code XX, its parent."),
        (f"{HEAD}IN,,COUNTRY,\n", "IN: The name is missing."),
    ],
)
def test_a_file_that_cannot_be_loaded_changes_nothing(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    run: Command, here: dict[str, str], database_url: str, tmp_path: Path, text: str, message: str
) -> None:
    places = tmp_path / "places.csv"
    places.write_text(text, encoding="utf-8")
    before = records(database_url, "SELECT name FROM program")
    ended = run("init", "--name", "New", "--admin-name", "Asha", "--geographies", str(places), **here)
    assert (ended.code, ended.complaints) == (1, f"{message.format(file=places)}\n")
    assert records(database_url, "SELECT name FROM program") == before
    assert records(database_url, ACCOUNTS) == []


def test_who_is_to_administer_must_be_said(run: Command, here: dict[str, str]) -> None:
    ended = run("init", "--name", "New", **here)
    message = "The program has no administrator yet: add --admin-name and --admin-email.\n"
    assert (ended.code, ended.complaints) == (1, message)


def test_demo_data_are_for_development(run: Command, here: dict[str, str], database_url: str) -> None:
    ended = run("demo", **here)
    message = "Demo data are for development: in production, set the program up with “tessera init”.\n"
    assert (ended.code, ended.complaints) == (1, message)
    assert records(database_url, ACCOUNTS) == []


def test_a_database_that_is_not_migrated_is_named(run: Command, server_url: str) -> None:
    execute(server_url, "CREATE DATABASE not_migrated")
    url = f"{server_url.rpartition('/')[0]}/not_migrated"
    try:
        ended = run("account", "list", DATABASE_URL=url)
    finally:
        execute(server_url, "DROP DATABASE not_migrated WITH (FORCE)")
    message = "The database is of another version: bring it up to date with “tessera migrate”.\n"
    assert (ended.code, ended.complaints) == (1, message)
