"""The role that servers connect as to an embedded PostgreSQL: it owns nothing, unlike the one that migrates."""

import asyncio
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy import make_url

ROLE: Final = "tessera_app"
# The role may be left from an attempt that was interrupted. It has no use for temporary tables, which shadow others.
_CREATE: Final = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN CREATE ROLE {ROLE}; END IF;
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;
ALTER ROLE {ROLE} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS LOGIN PASSWORD '{{password}}';
"""  # noqa: S608 - our own text


def application_password_file(directory: Path) -> Path:
    """Name the file that holds the password of the application's role."""
    return directory / "application-password"


def ensure_role(owner_dsn: str, directory: Path) -> None:
    """Create the role unless the cluster has it already: one from an earlier version has not.

    Raises OSError and asyncpg.PostgresError.
    """
    file = application_password_file(directory)
    if file.exists():
        return
    password = secrets.token_urlsafe(24)
    # In a thread, because the caller may run in an event loop of its own.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, _execute(owner_dsn, _CREATE.format(password=password))).result()
    write_secret(file, password)


def application_dsn(dsn: str, directory: Path) -> str:
    """Return the DSN of the same database for the application's role."""
    password = application_password_file(directory).read_text()
    return make_url(dsn).set(username=ROLE, password=password).render_as_string(hide_password=False)


def write_secret(path: Path, secret: str) -> None:
    """Write a file that only this user can read, in one step."""
    staging = path.with_name(f"{path.name}.new")
    staging.unlink(missing_ok=True)
    descriptor = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    staging.rename(path)


async def _execute(dsn: str, statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()
