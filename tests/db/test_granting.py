"""Migrations grant the application's role its privileges, and repair what differs (N3)."""

import pytest
from sqlalchemy import make_url

from migrations import run as migrations
from tests.support.application import ROLE, application_role, application_url
from tests.support.queries import execute, first_column, records

HELD = f"""
SELECT relname, string_agg(privilege_type, ' ' ORDER BY privilege_type)
FROM pg_class, aclexplode(relacl)
WHERE grantee = '{ROLE}'::regrole AND relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
GROUP BY relname
"""
WRITABLE = "DELETE INSERT SELECT UPDATE"


@pytest.fixture
def role(server_url: str) -> str:
    """The application's role."""
    if application_role(server_url) is None:
        pytest.skip("the user of TEST_DATABASE_URL may create no role for the application")
    return ROLE


def test_each_migration_grants_what_it_adds(url: str, role: str) -> None:
    """Also where a database was migrated before it had the role, and after going back."""
    migrations.upgrade(url, "0014")
    assert records(url, HELD) == []
    migrations.upgrade(url, "0014", application=role)
    before = dict(records(url, HELD))
    assert before["event"] == WRITABLE
    assert "movement" not in before
    migrations.upgrade(url, application=role)
    after = dict(records(url, HELD))
    assert (after["movement"], after["custody"], after["batch_number"]) == ("INSERT SELECT", WRITABLE, "USAGE")
    assert after["alembic_version"] == "SELECT"
    migrations.downgrade(url, "0014", application=role)
    assert dict(records(url, HELD)) == before


def test_what_differs_is_repaired_and_nothing_else_is_touched(migrated_url: str, role: str) -> None:
    migrations.upgrade(migrated_url, application=role)
    intended, rows = (
        dict(records(migrated_url, HELD)),
        first_column(migrated_url, "SELECT xmin FROM pg_class WHERE relacl IS NOT NULL"),
    )
    migrations.upgrade(migrated_url, application=role)
    assert first_column(migrated_url, "SELECT xmin FROM pg_class WHERE relacl IS NOT NULL") == rows
    execute(
        migrated_url,
        f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; REVOKE ALL ON event FROM {role};"
        f"REVOKE ALL ON SEQUENCE batch_number FROM {role}; REVOKE ALL ON SCHEMA public FROM PUBLIC;"
        "REVOKE EXECUTE ON FUNCTION spans_size FROM PUBLIC",
    )
    migrations.upgrade(migrated_url, application=role)
    assert dict(records(migrated_url, HELD)) == intended
    assert first_column(application_url(migrated_url), "SELECT spans_size('{[1,4)}')") == {"3"}


def test_the_owner_keeps_its_tables(migrated_url: str, role: str) -> None:
    """Naming the owner in both addresses loses nothing."""
    owner = make_url(migrated_url).username
    migrations.upgrade(migrated_url, application=owner)
    migrations.upgrade(migrated_url)
    assert first_column(migrated_url, "SELECT has_table_privilege('movement', 'UPDATE, TRUNCATE')") == {"True"}


def test_the_application_migrates_nothing(url: str, role: str) -> None:
    """It may start on a current database; where a migration is missing, it is denied and nothing is changed."""
    with pytest.raises(migrations.MigrationsDenied, match="permission denied for schema public"):
        migrations.upgrade(application_url(url))
    migrations.upgrade(url, "0014", application=role)
    with pytest.raises(migrations.MigrationsDenied, match="permission denied for schema public"):
        migrations.upgrade(application_url(url))
    assert first_column(url, "SELECT version_num FROM alembic_version") == {"0014"}
    migrations.upgrade(url, application=role)
    migrations.upgrade(application_url(url))


def test_an_unknown_role_is_reported_before_anything_changes(url: str) -> None:
    with pytest.raises(migrations.RoleMissing, match="nobody's"):
        migrations.upgrade(url, application="nobody's")
    assert first_column(url, "SELECT to_regclass('event')") == {"None"}


def test_a_role_may_have_any_name(migrated_url: str, role: str) -> None:
    name = 'odd "role": 100%'
    quoted = '"odd ""role"": 100%"'
    execute(migrated_url, f"DROP ROLE IF EXISTS {quoted}; CREATE ROLE {quoted}")
    try:
        migrations.upgrade(migrated_url, application=name)
        allowed = "has_table_privilege($$odd \"role\": 100%$$, 'movement', 'INSERT')"
        assert first_column(migrated_url, f"SELECT {allowed}") == {"True"}
    finally:
        execute(
            migrated_url,
            f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quoted};"
            f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {quoted}; DROP ROLE {quoted}",
        )
