"""Settings of PostgreSQL that hold until a transaction ends."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select, true

from db.columns import scalar
from db.sessions import Writing
from db.statement import Statement, string

_KEEP_PLANS: Final = Statement(
    select(
        func.concat(
            func.set_config("plan_cache_mode", "force_generic_plan", true()),
            func.set_config("lock_timeout", string("lock_timeout"), true()),
        ).label("settings")
    ),
    scalar(str),
)


async def keep_plans(session: Writing, lock_timeout: timedelta | None = None) -> None:
    """Plan the statements that follow once for all parameters; they wait for a lock no longer than `lock_timeout`.

    PostgreSQL would plan those with arrays every time, which takes longer than running them for a few rows.
    """
    milliseconds = 0 if lock_timeout is None else round(lock_timeout.total_seconds() * 1000)
    await session.fetch(_KEEP_PLANS, lock_timeout=f"{milliseconds}ms")
