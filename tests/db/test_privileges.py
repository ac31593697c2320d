"""The application's role: it does all its work, owns nothing, and cannot change what is only ever added (R14, N3)."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from db.metadata import METADATA
from migrations.privileges import APPEND_ONLY
from tests.support.application import ROLE, application_role, application_url
from tests.support.factories.schemes import SchemeFactory
from tests.support.unchanged import nothing_changes

ADDED_ONLY = {
    "audit_entry",
    "batch_pack",
    "captured_movement",
    "coupon_reference",
    "discarded_sale",
    "discrepancy_evidence",
    "epcis_event",
    "movement",
    "movement_part",
    "points_entry",
    "redemption",
    "sale",
    "sale_line",
    "sale_return",
    "valuation",
}
ONLY_READ = {"alembic_version", "custody_transition"}
ALL_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
OF_COLUMNS = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
HELD = """
SELECT relname, ARRAY(
    SELECT asked FROM unnest($2::text[]) AS asked WHERE has_table_privilege($1, pg_class.oid, asked)
    UNION SELECT asked FROM unnest($3::text[]) AS asked WHERE has_any_column_privilege($1, pg_class.oid, asked)
) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
"""
SCHEME, VARIANT = "(SELECT min(id::text)::uuid FROM scheme)", "(SELECT min(id::text)::uuid FROM variant)"
VENDOR, ACCOUNT = "(SELECT min(id::text)::uuid FROM vendor)", "(SELECT min(id::text)::uuid FROM account)"
MOVEMENT, CONSIGNMENT, LINE = (f"'00000000-0000-0000-0000-00000000000{number}'" for number in (1, 2, 3))
# Ten coupons of a run, the movement of the first three, and a download. The application may write all of this.
PRODUCTION = f"""
INSERT INTO coupon_run (id, scheme_id, variant_id, span, key_id, generated_at, generated_by)
VALUES ({LINE}, {SCHEME}, {VARIANT}, '[0,10)', 1, now(), {ACCOUNT});
INSERT INTO consignment (id, code, scheme_id, created_at, created_by)
VALUES ({CONSIGNMENT}, 'CON-' || nextval('batch_number'), {SCHEME}, now(), {ACCOUNT});
INSERT INTO consignment_leg VALUES ({CONSIGNMENT}, 1, {VENDOR});
INSERT INTO consignment_line VALUES ({LINE}, {CONSIGNMENT}, {VARIANT}, 10, 12);
INSERT INTO allotment (id, line_id, run_id, span) VALUES ({LINE}, {LINE}, {LINE}, '[0,10)');
INSERT INTO custody_segment (line_id, segment, spans) VALUES ({LINE}, 0, '{{[0,10)}}');
INSERT INTO custody_place (line_id, leg, condition) VALUES ({LINE}, 1, 'PLANNED'), ({LINE}, 1, 'GOOD');
INSERT INTO custody (line_id, segment, place_id, spans)
SELECT line_id, 0, id, '{{[0,10)}}' FROM custody_place WHERE condition = 'PLANNED';
INSERT INTO movement (id, request_id, consignment_id, line_id, kind, vendor_id, from_place_id, from_condition,
    to_place_id, to_condition, quantity, occurred_at, recorded_at, account_id)
SELECT {MOVEMENT}, {MOVEMENT}, {CONSIGNMENT}, {LINE}, 'PRODUCED', {VENDOR}, taken.id, 'PLANNED', given.id, 'GOOD', 3,
    now(), now(), {ACCOUNT}
FROM custody_place AS taken, custody_place AS given WHERE taken.condition = 'PLANNED' AND given.condition = 'GOOD';
INSERT INTO movement_part (movement_id, line_id, segment, spans) VALUES ({MOVEMENT}, {LINE}, 0, '{{[0,3)}}');
INSERT INTO audit_entry (id, at, actor_id, kind, subject_kind, subject_id, fact)
SELECT {LINE}, now(), {ACCOUNT}, 'CODES_DOWNLOAD_BEGUN', 'CONSIGNMENT', {CONSIGNMENT}, jsonb_build_object(
    'kind', 'codesDownloadBegun', 'link_id', {LINE}, 'consignment', 'CON-1', 'sku', 'AMB-1L', 'quantity', 10);
"""


@pytest.fixture
async def application(database_url: str, factory: SchemeFactory) -> AsyncIterator[Any]:
    """A connection of the application to a database with a production."""
    if application_role(database_url) is None:
        pytest.skip("the user of TEST_DATABASE_URL may create no role for the application")
    await factory.created()
    opened = await asyncpg.connect(application_url(database_url))
    await opened.execute(PRODUCTION)
    yield opened
    await opened.close()


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[Any]:
    """A connection of the owner."""
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


async def test_every_table_grants_exactly_what_the_application_needs(application: Any, owner: Any) -> None:
    held = {name: set(found) for name, found in await owner.fetch(HELD, ROLE, ALL_PRIVILEGES, OF_COLUMNS)}
    writable = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    exceptions = {name: {"SELECT", "INSERT"} for name in ADDED_ONLY} | {name: {"SELECT"} for name in ONLY_READ}
    tables = {table.name for table in METADATA.sorted_tables} | {"alembic_version"}
    assert held == {name: exceptions.get(name, writable) for name in tables}


async def test_tables_that_are_added_to_only_also_reject_changes_of_their_owner(application: Any, owner: Any) -> None:
    """Two walls: the application lacks the privilege, and a trigger stops others."""
    rejecting = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'keep_rows'"
    assert {row[0] for row in await owner.fetch(rejecting)} == ADDED_ONLY == APPEND_ONLY
    for change in (
        "UPDATE movement SET quantity = 1",
        "DELETE FROM movement_part",
        "UPDATE audit_entry SET at = now()",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="are only ever added"):
            await owner.execute(change)


DENIED = {
    "changing a movement": "UPDATE movement SET quantity = quantity + 1",
    "changing its note": "UPDATE movement SET note = 'Never mind.'",
    "deleting movements": "DELETE FROM movement",
    "emptying movements": "TRUNCATE movement CASCADE",
    "changing the audit log": "UPDATE audit_entry SET at = now()",
    "deleting from the audit log": "DELETE FROM audit_entry",
    "replacing a movement": "INSERT INTO movement SELECT * FROM movement ON CONFLICT (id) DO UPDATE SET quantity = 1",
    "merging movements": "MERGE INTO movement USING (VALUES (1)) AS one (n) ON true WHEN MATCHED THEN DELETE",
    "changing the serials of a movement": "UPDATE movement_part SET spans = '{[5,8)}'",
    "deleting the serials of movements": "DELETE FROM movement_part",
    "emptying the serials of movements": "TRUNCATE movement_part",
    "allowing another movement": "INSERT INTO custody_transition VALUES ('PRODUCED', 'GOOD', 'PLANNED')",
    "faking a migration": "UPDATE alembic_version SET version_num = '0001'",
    "emptying a table": "TRUNCATE event",
    "disabling the wall": "ALTER TABLE movement DISABLE TRIGGER keep_rows",
    "disabling the guard": "ALTER TABLE custody DISABLE TRIGGER ALL",
    "dropping the guard": "DROP TRIGGER guard_custody ON custody",
    "adding a trigger": "CREATE TRIGGER mine BEFORE INSERT ON movement EXECUTE FUNCTION reject_change()",
    "leaving triggers out": "SET session_replication_role = 'replica'",
    "replacing a function": (
        "CREATE OR REPLACE FUNCTION reject_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    ),
    "dropping a function": "DROP FUNCTION reject_change() CASCADE",
    "making a function": "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "making a table": "CREATE TABLE mine (id int)",
    "making a view": "CREATE VIEW mine AS SELECT 1",
    "making a schema": "CREATE SCHEMA mine",
    "changing a table": "ALTER TABLE movement ADD mine int",
    "dropping a constraint": "ALTER TABLE movement DROP CONSTRAINT ck_movement__quantity_positive",
    "dropping a table": "DROP TABLE movement_part",
    "making an index": "CREATE INDEX mine ON movement (id)",
    "owning a table": f"ALTER TABLE movement OWNER TO {ROLE}",
    "making a role": "CREATE ROLE mine",
    "making a database": "CREATE DATABASE mine",
    "reading files of the server": "COPY tier FROM '/etc/passwd'",
    "running programs": "COPY tier TO PROGRAM 'cat'",
}


async def test_the_application_changes_no_movement_and_no_definition(application: Any, database_url: str) -> None:
    """Each is denied by PostgreSQL for lack of a privilege, and nothing is changed."""
    definitions = await definitions_of(application)
    async with nothing_changes(database_url):
        assert {what: await denial(application, change) for what, change in DENIED.items()} == DENIED
        # PostgreSQL only warns that it has granted nothing.
        await application.execute(f"GRANT UPDATE, DELETE ON movement TO {ROLE}")
    assert await definitions_of(application) == definitions
    assert await application.fetch("SELECT kind, quantity FROM movement") == [("PRODUCED", 3)]


# A row of each table of the ledger, which the application may add, and a column that an attempt would change.
LEDGER = f"""
INSERT INTO sale (ecp, sold_at, sale, revision, recorded_at, recorded_by) VALUES (1, now(), 1, 1, now(), {ACCOUNT});
INSERT INTO sale_line VALUES (1, now(), 1, 1, 0, 3, {VARIANT}, 12.5, 'INR');
INSERT INTO sale_return (ecp, sold_at, sale, returning_sale, returning_revision, position, variant_id, quantity,
    unit_price, currency, recorded_at) VALUES (1, now(), 1, 2, 1, 0, {VARIANT}, 1, 12.5, 'INR', now());
INSERT INTO redemption (run_id, serial, sale, ecp, scheme, variant_id, redeemed_at, recorded_at)
VALUES ({LINE}, 1, 3, 1, 1, {VARIANT}, now(), now());
INSERT INTO valuation (ecp, scheme, sold_at, sale, position, version, revision, entries, base, bonus, seq, recorded_at,
    facts) VALUES (1, 1, now(), 1, 0, 1, 1, 1, 30, 0, 1, now(), '');
INSERT INTO points_entry (ecp, seq, scheme, points, balance_after, effective_at, recorded_at, kind, debit, credit)
VALUES (1, 1, 1, 30, 30, now(), now(), 1, 2, 1);
"""
LEDGER_COLUMNS = {
    "points_entry": "points",
    "redemption": "serial",
    "sale": "revision",
    "sale_line": "quantity",
    "sale_return": "quantity",
    "valuation": "base",
}


async def test_the_application_changes_nothing_in_the_ledger(application: Any, owner: Any, database_url: str) -> None:
    """R22: nor does the owner, whom a trigger stops."""
    await application.execute(LEDGER)
    async with nothing_changes(database_url):
        for table, name in LEDGER_COLUMNS.items():
            changes = (f"UPDATE {table} SET {name} = {name} + 1", f"DELETE FROM {table}")
            others = (
                f"TRUNCATE {table}",
                f"INSERT INTO {table} TABLE {table} ON CONFLICT DO NOTHING; UPDATE {table} SET {name} = 1",
                f"MERGE INTO {table} USING (VALUES (1)) AS one (n) ON true WHEN MATCHED THEN DELETE",
                f"ALTER TABLE {table} DISABLE TRIGGER keep_rows",
            )
            for change in (*changes, *others):
                assert await denial(application, change) == change
            for change in changes:
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="are only ever added"):
                    await owner.execute(change)


async def test_the_application_may_become_nobody_else(application: Any, owner: Any) -> None:
    row = await owner.fetchrow("SELECT * FROM pg_roles WHERE rolname = $1", ROLE)
    attributes = ("rolsuper", "rolcreaterole", "rolcreatedb", "rolreplication", "rolbypassrls")
    assert [row[name] for name in attributes] == [False] * 5
    assert await owner.fetchval("SELECT count(*) FROM pg_auth_members WHERE member = $1::regrole", ROLE) == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await application.execute(f'SET ROLE "{await owner.fetchval("SELECT current_user")}"')
    owned = "SELECT count(*) FROM pg_shdepend WHERE refobjid = $1::regrole AND deptype = 'o'"
    assert await owner.fetchval(owned, ROLE) == 0


async def definitions_of(connection: Any) -> list[Any]:
    """Everything that DDL would change, as PostgreSQL stores it."""
    catalogs = ("pg_class", "pg_proc", "pg_trigger", "pg_constraint", "pg_attribute", "pg_namespace")
    digests = (
        f"SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (SELECT {name}::text AS line FROM {name}) AS lines"
        for name in catalogs
    )
    return [await connection.fetchval(digest) for digest in digests]


async def denial(connection: Any, change: str) -> str:
    """The change if PostgreSQL denies it for lack of a privilege, or else what happened."""
    try:
        await connection.execute(change)
    except asyncpg.InsufficientPrivilegeError as error:
        return str(error) if "only ever added" in str(error) else change
    except asyncpg.PostgresError as error:
        return str(error)
    return "no error"
