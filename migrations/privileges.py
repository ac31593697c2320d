"""The privileges of the role that the application connects as: no more than it needs on each table, and nothing else."""

from typing import Final

from sqlalchemy import Connection, text

# Rows that are added and never changed or deleted.
APPEND_ONLY: Final = frozenset(
    {
        "audit_entry",
        "batch_pack",
        "captured_movement",
        "coupon_reference",
        "discrepancy_evidence",
        "discarded_sale",
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
)
# Rows that only migrations write.
READ_ONLY: Final = frozenset({"alembic_version", "custody_transition"})
_WRITABLE: Final = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})

# A role that owns tables, or may become their owner, has every privilege on them anyway.
_OURS: Final = """
FROM pg_class
JOIN pg_namespace ON pg_namespace.oid = relnamespace AND nspname = current_schema()
JOIN pg_roles ON rolname = :role
WHERE pg_has_role(relowner, 'USAGE') AND NOT pg_has_role(pg_roles.oid, relowner, 'MEMBER')
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
"""
_TABLES: Final = f"""
SELECT relname, ARRAY(
    SELECT privilege_type FROM aclexplode(relacl) WHERE grantee = pg_roles.oid
) AS privileges
{_OURS} AND relkind IN ('r', 'p') ORDER BY relname
"""  # noqa: S608 - our own text
# PostgreSQL itself takes the numbers of identity columns.
_SEQUENCES: Final = f"""
SELECT relname
{_OURS} AND relkind = 'S' AND NOT has_sequence_privilege(pg_roles.oid, pg_class.oid, 'USAGE')
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'i')
ORDER BY relname
"""  # noqa: S608 - our own text
_FUNCTIONS: Final = """
SELECT pg_proc.oid::regprocedure::text
FROM pg_proc
JOIN pg_namespace ON pg_namespace.oid = pronamespace AND nspname = current_schema()
JOIN pg_roles ON rolname = :role
WHERE pg_has_role(proowner, 'USAGE') AND NOT has_function_privilege(pg_roles.oid, pg_proc.oid, 'EXECUTE')
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""
_SCHEMA: Final = "SELECT current_schema(), has_schema_privilege(:role, current_schema(), 'USAGE')"


class RoleMissing(Exception):
    """The database has no role of this name, so nothing can be granted to it."""

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role


def privileges_on(table: str) -> frozenset[str]:
    """Return what the application may do with the rows of a table."""
    if table in READ_ONLY:
        return frozenset({"SELECT"})
    return frozenset({"SELECT", "INSERT"}) if table in APPEND_ONLY else _WRITABLE


def grant_privileges(connection: Connection, role: str) -> None:
    """Give a role exactly its privileges on every table, and let it use the sequences, functions, and the schema.

    It changes only what differs, in the transaction of the connection. Raises RoleMissing.
    """
    if connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role}) == 0:
        raise RoleMissing(role)
    quote = connection.dialect.identifier_preparer.quote_identifier
    name, wanted = quote(role), {"role": role}
    schema, usable = connection.execute(text(_SCHEMA), wanted).one()
    statements = [] if usable else [f"GRANT USAGE ON SCHEMA {quote(schema)} TO {name}"]
    for table, found in connection.execute(text(_TABLES), wanted):
        if set(found) != privileges_on(table):
            privileges = ", ".join(sorted(privileges_on(table)))
            statements.append(f"REVOKE ALL ON TABLE {quote(table)} FROM {name}")
            statements.append(f"GRANT {privileges} ON TABLE {quote(table)} TO {name}")
    sequences = connection.scalars(text(_SEQUENCES), wanted)
    statements += [f"GRANT USAGE ON SEQUENCE {quote(sequence)} TO {name}" for sequence in sequences]
    functions = connection.scalars(text(_FUNCTIONS), wanted)
    statements += [f"GRANT EXECUTE ON FUNCTION {function} TO {name}" for function in functions]
    for statement in statements:
        connection.exec_driver_sql(statement)
