"""The numbers of PostgreSQL's advisory locks, all of them: two purposes with one number would wait for each other.

https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

from enum import IntEnum, unique

from sqlalchemy import BigInteger, func, literal, select

from db.columns import scalar
from db.statement import Statement


@unique
class AdvisoryLock(IntEnum):
    """What an advisory lock is for. The numbers are arbitrary, and servers of two versions must agree on them."""

    # The one process that leads: it wakes the others.
    LEADING = 0x7E55E7A
    # Migrations run one after the other.
    MIGRATING = 0x7E55E7C
    # Additions of webhook endpoints are counted one after the other.
    ADDING_ENDPOINTS = 0x7E55E7B
    # Serials of coupons follow each other.
    NUMBERING_COUPONS = 0x7E55E7E
    # Workers choose jobs one after the other.
    CHOOSING_JOBS = 0x7E55E7F
    # Accounts stop being administrators one after the other.
    REMOVING_ADMINISTRATORS = 0x7E55E80
    # The first of two keys; the second one names the object.
    TURN_OF_SCHEME = 0x7E550A7
    LIMITS_OF_SCHEME = 0x7E550B5
    CONTENT_OF_FILES = 0x7E55F11


def taking(lock: AdvisoryLock) -> Statement[object]:
    """A statement that waits for a lock and holds it until the transaction ends."""
    return Statement(select(func.pg_advisory_xact_lock(literal(lock.value, BigInteger()))), scalar(object))
