"""The role that servers under test connect as, on the server that the tests use: it owns nothing."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor

import asyncpg
from sqlalchemy import URL, make_url

ROLE = "tessera_test_app"
# Workers that start together create the role one after the other; an arbitrary number used for nothing else.
_CREATING = 0x7E55E7D
# A plan for all values of a statement's parameters: planning each of its first five executions took a quarter of the
# CPU of PostgreSQL.
_CREATE = f"""
SELECT pg_advisory_xact_lock({_CREATING});
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN CREATE ROLE {ROLE}; END IF;
END $$;
ALTER ROLE {ROLE} LOGIN PASSWORD '{{password}}';
ALTER ROLE {ROLE} SET plan_cache_mode = force_generic_plan;
"""


def application_role(url: str) -> str | None:
    """The name of the role, made if need be; None where the user of TEST_DATABASE_URL may create no role."""
    server = make_url(url)
    return ROLE if _created(url, (server.host, server.port, server.username)) else None


def application_url(url: str) -> str:
    """The address of the same database for the application, or for its owner where no role can be created."""
    if application_role(url) is None:
        return url
    owned = make_url(url)
    return owned.set(username=ROLE, password=_password(owned)).render_as_string(hide_password=False)


_known: dict[object, bool] = {}


def _created(url: str, server: object) -> bool:
    if server not in _known:
        # In a thread, because fixtures that need the address already run in a loop.
        with ThreadPoolExecutor(1) as pool:
            _known[server] = pool.submit(asyncio.run, _create(url)).result()
    return _known[server]


async def _create(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_CREATE.format(password=_password(make_url(url))))
    except asyncpg.InsufficientPrivilegeError:
        return False
    finally:
        await connection.close()
    return True


def _password(owned: URL) -> str:
    """A password that all workers know, and that nobody guesses who does not know that of the owner."""
    return hashlib.sha256(f"{owned.username} {owned.password}".encode()).hexdigest()
