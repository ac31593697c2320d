"""Which role the database knows this process as, and what more it may do than the application needs."""

from typing import Final

from msgspec import Struct
from sqlalchemy import Boolean, Text, literal_column, select

from db.statement import Statement

_OWNS: Final = """
(SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR EXISTS (
    SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = current_schema() AND relkind IN ('r', 'p') AND pg_has_role(relowner, 'MEMBER')
)
"""
_CREATES: Final = """
has_schema_privilege(current_schema(), 'CREATE') OR has_database_privilege(current_database(), 'CREATE')
"""


class RoleRow(Struct, frozen=True):
    """The role of a connection."""

    name: str
    # It owns tables, may become their owner, or is a superuser.
    owns_tables: bool
    creates_tables: bool


CURRENT_ROLE: Final = Statement(
    select(
        literal_column("current_user::text", Text()).label("name"),
        literal_column(_OWNS, Boolean()).label("owns_tables"),
        literal_column(_CREATES, Boolean()).label("creates_tables"),
    ),
    RoleRow,
)
