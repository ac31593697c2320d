"""The two roles of a database: the owner that migrates it, and the one that servers connect as."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import make_url

from db.roles import RoleRow
from graphql_api.settings import Settings
from migrations import run as migrations

_WHERE: Final = "“Two database roles” in README.md has the statements."


class DatabaseRejected(Exception):
    """The database cannot be used with these settings; the message says why and what to do."""


@dataclass(frozen=True, slots=True, repr=False)
class Addresses:
    """The address of one database for the application and for its owner; both are the same where one role does all.

    They contain passwords, so they do not represent themselves.
    """

    application: str
    owner: str

    @property
    def application_role(self) -> str | None:
        """The role that migrations grant its privileges: None where it is the owner, or has no name."""
        return None if self.application == self.owner else make_url(self.application).username


def excess_of(role: RoleRow) -> str | None:
    """Say what a role may do that servers must not, and what to do about it."""
    if role.owns_tables:
        return (
            f"The database role “{role.name}” owns the tables, so PostgreSQL cannot keep the server from changing "
            "movements or dropping tables. Create a role that owns nothing for DATABASE_URL, and name the owner in "
            f"DATABASE_MIGRATION_URL. {_WHERE}"
        )
    if role.creates_tables:
        return (
            f"The database role “{role.name}” may create tables, which servers never do. Revoke CREATE on the schema "
            f"and the database from it and from PUBLIC. {_WHERE}"
        )
    return None


def named_addresses(settings: Settings) -> Addresses | None:
    """Read the addresses from the settings, or None without DATABASE_URL. Raises DatabaseRejected."""
    named, owner = settings.database_url, settings.database_migration_url
    if named is None:
        if owner is not None:
            message = (
                "DATABASE_MIGRATION_URL is set without DATABASE_URL: set both, or neither for an embedded database."
            )
            raise DatabaseRejected(message)
        return None
    addresses = Addresses(named.get_secret_value(), (owner or named).get_secret_value())
    if addresses.application != addresses.owner and addresses.application_role is None:
        message = (
            "DATABASE_URL names no role, so migrations cannot grant it anything: write postgresql://ROLE@HOST/DATABASE."
        )
        raise DatabaseRejected(message)
    return addresses


@contextlib.contextmanager
def reporting_rejections(addresses: Addresses) -> Iterator[None]:
    """Turn what keeps the database from being migrated into DatabaseRejected."""
    one = addresses.application == addresses.owner
    try:
        yield
    except migrations.NoConnection as error:
        names = "DATABASE_URL, or unset it to use the embedded one" if one else "DATABASE_MIGRATION_URL"
        message = f"The database cannot be opened: {error}. Check {names}."
        raise DatabaseRejected(message) from error
    except migrations.MigrationsDenied as error:
        name, run = ("DATABASE_URL", "run “tessera migrate” with") if one else ("DATABASE_MIGRATION_URL", "name")
        advice = f"{run} the owner of the tables in DATABASE_MIGRATION_URL"
        message = f"The role of {name} may not migrate the database ({error}): {advice}."
        raise DatabaseRejected(message) from error
    except migrations.DatabaseNewer as error:
        message = (
            f"The database is newer than this program: a later version has migrated it to {error.revision}. Install "
            "that version, or undo its migrations with it first."
        )
        raise DatabaseRejected(message) from error
    except migrations.RoleMissing as error:
        message = f"The database has no role “{error.role}”, which DATABASE_URL names: create it first."
        raise DatabaseRejected(message) from error
