"""Half a million events about schemes, ECPs and accounts, unevenly spread."""

from hashlib import md5
from typing import Any
from uuid import UUID

EVENTS = 500_000
# Events of one transaction. There are few transactions, so that all of them lie below the horizon of a new server.
TRANSACTION = 2_500
_CHUNK = 50_000


def made(name: str) -> UUID:
    """The id of something, as the statement below makes it."""
    return UUID(md5(name.encode(), usedforsecurity=False).hexdigest())


# Every second event is an entry of the activity of the hot scheme s0, and every tenth an enrollment's in it. Of the
# others, each of 1,500 schemes and 50,000 accounts has a few. The index is filled as its triggers would.
_FILL = f"""
WITH added AS (
    INSERT INTO event (xid, kind, object_id, subject_kinds, subject_ids, recorded_at)
    SELECT (1 + n / {TRANSACTION})::text::xid8, kind, '{made("object")}', kinds, ids, '2026-01-01Z'
    FROM generate_series($1::int, $1 + {_CHUNK} - 1) AS n,
        LATERAL (SELECT CASE WHEN n % 2 = 0 THEN 'SCHEME_STEP_SAVED' WHEN n % 5 = 0 THEN 'ENROLLMENT_REQUESTED'
            WHEN n % 7 < 3 THEN 'SCHEME_SUBMITTED' ELSE 'NOTIFICATION_ADDED' END AS kind) AS k,
        LATERAL (SELECT
            CASE kind WHEN 'ENROLLMENT_REQUESTED' THEN '{{SCHEME,ECP}}'::text[]
                WHEN 'NOTIFICATION_ADDED' THEN '{{ACCOUNT}}' ELSE '{{SCHEME}}' END AS kinds,
            CASE kind WHEN 'ENROLLMENT_REQUESTED' THEN ARRAY[md5('s0'), md5('e' || n % 20011)]
                WHEN 'NOTIFICATION_ADDED' THEN ARRAY[md5('a' || n % 50021)]
                WHEN 'SCHEME_STEP_SAVED' THEN ARRAY[md5('s0')]
                ELSE ARRAY[md5('s' || 1 + n % 1511)] END::uuid[] AS ids) AS s
    RETURNING xid, id, kind, subject_kinds, subject_ids
)
INSERT INTO event_subject (subject_kind, subject_id, xid, id, kind)
SELECT subject.kind, subject.id, added.xid, added.id, added.kind
FROM added CROSS JOIN unnest(subject_kinds, subject_ids) AS subject (kind, id)
"""
_BEFORE = (
    "SET session_replication_role = replica",
    "SET maintenance_work_mem = '256MB'",
    "ALTER TABLE event SET UNLOGGED",
    "ALTER TABLE event_subject SET UNLOGGED",
    "ALTER TABLE event_subject DROP CONSTRAINT pk_event_subject",
)
_AFTER = (
    """
    CREATE UNIQUE INDEX CONCURRENTLY pk_event_subject
    ON event_subject (subject_kind, subject_id, xid, id) INCLUDE (kind)
    """,
    "ALTER TABLE event_subject ADD CONSTRAINT pk_event_subject PRIMARY KEY USING INDEX pk_event_subject",
    "SET session_replication_role = origin",
    "ANALYZE event, event_subject",
)


async def add_many_events(connection: Any) -> None:
    """Fill a database without events, whose triggers do not run meanwhile.

    In many short transactions: a long one would hold back the events of every other database of the server.
    """
    for statement in _BEFORE:
        await connection.execute(statement)
    for first in range(0, EVENTS, _CHUNK):
        await connection.execute(_FILL, first)
    for statement in _AFTER:
        await connection.execute(statement)
