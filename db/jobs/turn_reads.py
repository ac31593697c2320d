"""The statement that chooses the next jobs to run, in turns between accounts."""

from typing import Final

from sqlalchemy import text

from db.advisory_locks import AdvisoryLock, taking
from db.columns import named_columns
from db.jobs.rows import DueJobRow
from db.jobs.tables import OWNER_KEY
from db.statement import Statement, moment, number, texts

LOCK_CHOOSING = taking(AdvisoryLock.CHOOSING_JOBS)

# One step of the index `ix_job__turn` for each account with open jobs, which the order of its columns asks for, and the
# first jobs behind it: the cost depends on the number of accounts, and not on how many jobs they have. A running job
# takes a turn of its account. The job of a worker that writes at this moment is locked and therefore skipped, however
# long the worker was silent.
_NEXT_JOBS: Final = f"""
WITH RECURSIVE account (key) AS (
    (SELECT {OWNER_KEY} FROM job WHERE due_at IS NOT NULL ORDER BY 1, due_at LIMIT 1)
    UNION ALL
    SELECT (
        SELECT {OWNER_KEY} FROM job WHERE due_at IS NOT NULL AND {OWNER_KEY} > account.key ORDER BY 1, due_at LIMIT 1
    )
    FROM account WHERE account.key IS NOT NULL
), busy AS (
    SELECT {OWNER_KEY} AS key, count(*) AS held
    FROM job WHERE lease IS NOT NULL AND due_at > :now GROUP BY 1
), due AS (
    SELECT
        first.id,
        coalesce(busy.held, 0) + first.place AS turn,
        (SELECT max(started_at) FROM job WHERE {OWNER_KEY} = account.key) AS served_at
    FROM account
    LEFT JOIN busy ON busy.key = account.key
    CROSS JOIN LATERAL (
        SELECT id, row_number() OVER (ORDER BY due_at, id) AS place
        FROM (
            SELECT id, due_at FROM job
            WHERE {OWNER_KEY} = account.key AND due_at <= :now AND kind = ANY(:kinds)
            ORDER BY due_at, id LIMIT :per_account
        ) AS earliest
    ) AS first
)
SELECT
    job.id, job.kind, job.owner_id, job.status, job.parameters AS parameters_json, job.checkpoint AS checkpoint_json,
    job.done, job.total, job.attempts, job.failures
FROM due
JOIN job ON job.id = due.id
WHERE due.turn <= :per_account AND job.due_at <= :now
ORDER BY due.turn, due.served_at NULLS FIRST, job.due_at, job.id
LIMIT :limit
FOR UPDATE OF job SKIP LOCKED
"""  # noqa: S608 - our own text

# The jobs to run next, at most `limit`: the first of every account before the second of any, and no account has more
# than `per_account` running. Of the same turn, the account goes first whose last job started longest ago.
NEXT_JOBS = Statement(
    text(_NEXT_JOBS)
    .bindparams(moment("now"), texts("kinds"), number("per_account"), number("limit"))
    .columns(*named_columns(DueJobRow)),
    DueJobRow,
)
