"""Statements that a job needs to value the lines of an account again: returns, and how many lines lie where."""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import column, text

from db.columns import named_columns, scalar
from db.statement import Statement, moment, moments, number, numbers, uuids
from domain.jobs.facts import JobKind


class LaterLinesRow(Struct, frozen=True):
    """How many lines of an account lie at or after a moment."""

    ecp: int
    scheme: int
    lines: int


class ReturnedRow(Struct, frozen=True):
    """Units of a variant of a sale that came back."""

    ecp: int
    sale: int
    variant_id: UUID
    quantity: int


class OpenRevaluationRow(Struct, frozen=True):
    """An account that a job values again."""

    ecp_id: UUID
    scheme_id: UUID


# For each ECP of the parameter `ecps`, what came back of its sales within the moments of the same place. A return is
# stored again with a sale that moves, and counts once: where the sale is now.
_RETURNED: Final = """
SELECT back.ecp, back.sale, back.variant_id, sum(back.quantity)::int AS quantity
FROM unnest(:ecps, :moments, :ends) AS asked (ecp, since, until)
JOIN sale_return AS back ON back.ecp = asked.ecp AND back.sold_at >= asked.since AND back.sold_at < asked.until
JOIN sale_key AS sold ON sold.number = back.sale AND sold.ecp = back.ecp AND sold.sold_at = back.sold_at
JOIN sale_key AS taker ON taker.number = back.returning_sale AND taker.revision = back.returning_revision
GROUP BY back.ecp, back.sale, back.variant_id
"""
RETURNED: Final = Statement(
    text(_RETURNED)
    .bindparams(numbers("ecps"), moments("moments"), moments("ends"))
    .columns(*named_columns(ReturnedRow)),
    ReturnedRow,
)
# How many lines of accounts lie at or after a moment.
_LATER_LINES: Final = """
SELECT asked.ecp, asked.scheme, count(*)::int AS lines
FROM unnest(:ecps, :schemes, :moments) AS asked (ecp, scheme, since)
JOIN valuation AS found ON found.ecp = asked.ecp AND found.scheme = asked.scheme AND found.sold_at >= asked.since
    AND found.version = 1
GROUP BY asked.ecp, asked.scheme
"""
LATER_LINES: Final = Statement(
    text(_LATER_LINES)
    .bindparams(numbers("ecps"), numbers("schemes"), moments("moments"))
    .columns(*named_columns(LaterLinesRow)),
    LaterLinesRow,
)
# The time of the line of an ECP before which so many others lie from a moment on.
_TIME_OF_LINE: Final = """
SELECT sold_at FROM (
    SELECT sold_at FROM sale_line WHERE ecp = :ecp AND sold_at >= :since
    UNION ALL SELECT redeemed_at FROM redemption WHERE ecp = :ecp AND redeemed_at >= :since
) AS line
ORDER BY sold_at OFFSET :skipped LIMIT 1
"""
TIME_OF_LINE: Final = Statement(
    text(_TIME_OF_LINE).bindparams(number("ecp"), moment("since"), number("skipped")).columns(column("sold_at")),
    scalar(datetime),
)
# The accounts, given by an ECP and a scheme in the same places, that a job waits to value again, or is valuing again.
_OPEN_REVALUATIONS: Final = f"""
SELECT asked.ecp_id, asked.scheme_id FROM unnest(:ecp_ids, :scheme_ids) AS asked (ecp_id, scheme_id)
WHERE EXISTS (
    SELECT FROM job WHERE due_at IS NOT NULL AND kind = '{JobKind.REVALUATION}'
        AND parameters ->> 'ecp_id' = asked.ecp_id::text AND parameters ->> 'scheme_id' = asked.scheme_id::text
)
"""  # noqa: S608 - of our names
OPEN_REVALUATIONS: Final = Statement(
    text(_OPEN_REVALUATIONS)
    .bindparams(uuids("ecp_ids"), uuids("scheme_ids"))
    .columns(*named_columns(OpenRevaluationRow)),
    OpenRevaluationRow,
)
