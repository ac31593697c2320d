"""Statements that look for faults in valuations: versions, entries, revisions, and the lines that they value."""

from typing import Final

from db.ledger.verify_rows import IS_SALE, NAME_OF_SALE, of_ecps
from domain.jobs.facts import JobKind

_LINE: Final = f"{NAME_OF_SALE.format(number='valuation.sale')} || ', line ' || valuation.position"
_NEIGHBORS: Final = """(
    SELECT *, lag(version) OVER line AS version_before, lag(recorded_at) OVER line AS recorded_before,
        lag(revision) OVER line AS revision_before
    FROM valuation WHERE ecp > :low AND ecp <= :high
    WINDOW line AS (PARTITION BY ecp, scheme, sold_at, sale, position ORDER BY version)
) AS valuation"""

VERSION_GAPS: Final = of_ecps(f"""
    SELECT ecp, scheme, {_LINE}, coalesce(version_before, 0), version
    FROM {_NEIGHBORS} WHERE version <> coalesce(version_before, 0) + 1
""")
BACKWARD_TIMES: Final = of_ecps(f"""
    SELECT ecp, scheme, {_LINE}, recorded_at, version FROM {_NEIGHBORS} WHERE recorded_at < recorded_before
""")
# Rules are stored by their positions, so a line keeps its revision as long as it keeps its place.
CHANGED_REVISIONS: Final = of_ecps(f"""
    SELECT ecp, scheme, {_LINE}, revision_before, revision FROM {_NEIGHBORS} WHERE revision <> revision_before
""")
WRONG_ENTRY_COUNTS: Final = of_ecps(f"""
    SELECT valuation.ecp, valuation.scheme, {_LINE}, valuation.entries, coalesce(posted.entries, 0)
    FROM valuation LEFT JOIN (
        SELECT ecp, scheme, effective_at, sale, position, version, count(*) AS entries
        FROM points_entry WHERE ecp > :low AND ecp <= :high AND kind IN (1, 2, 3)
        GROUP BY ecp, scheme, effective_at, sale, position, version
    ) AS posted ON posted.ecp = valuation.ecp AND posted.scheme = valuation.scheme
        AND posted.effective_at = valuation.sold_at AND posted.sale = valuation.sale
        AND posted.position = valuation.position AND posted.version = valuation.version
    WHERE valuation.ecp > :low AND valuation.ecp <= :high AND valuation.entries <> coalesce(posted.entries, 0)
""")
# What a line is worth now is what was posted for it, less what was taken back: its base, and the points of rules.
WRONG_VALUES: Final = of_ecps(f"""
    SELECT valuation.ecp, valuation.scheme, {_LINE},
        valuation.base || ' and ' || valuation.bonus, coalesce(posted.base, 0) || ' and ' || coalesce(posted.bonus, 0)
    FROM (
        SELECT DISTINCT ON (ecp, scheme, sold_at, sale, position) * FROM valuation
        WHERE ecp > :low AND ecp <= :high ORDER BY ecp, scheme, sold_at, sale, position, version DESC
    ) AS valuation LEFT JOIN (
        SELECT ecp, scheme, effective_at, sale, position,
            coalesce(sum(CASE kind WHEN 3 THEN -points ELSE points END) FILTER (WHERE rule = 0), 0) AS base,
            coalesce(sum(CASE kind WHEN 3 THEN -points ELSE points END) FILTER (WHERE rule <> 0), 0) AS bonus
        FROM points_entry WHERE ecp > :low AND ecp <= :high AND kind IN (1, 2, 3)
        GROUP BY ecp, scheme, effective_at, sale, position
    ) AS posted ON posted.ecp = valuation.ecp AND posted.scheme = valuation.scheme
        AND posted.effective_at = valuation.sold_at AND posted.sale = valuation.sale
        AND posted.position = valuation.position
    WHERE (valuation.base, valuation.bonus) <> (coalesce(posted.base, 0), coalesce(posted.bonus, 0))
""")
UNKNOWN_REVISIONS: Final = of_ecps(f"""
    SELECT ecp, scheme, {_LINE}, revision, NULL
    FROM valuation WHERE ecp > :low AND ecp <= :high AND NOT EXISTS (
        SELECT FROM scheme JOIN scheme_revision ON scheme_id = scheme.id
        WHERE scheme.number = valuation.scheme AND scheme_revision.number = valuation.revision
    )
""")
# A line of any revision of the sale at this place, or the redemption of this moment.
VALUATIONS_WITHOUT_LINE: Final = of_ecps(f"""
    SELECT ecp, scheme, {_LINE}, NULL, NULL
    FROM valuation WHERE ecp > :low AND ecp <= :high AND version = 1 AND NOT EXISTS (
        SELECT FROM sale_line AS line WHERE line.ecp = valuation.ecp AND line.sold_at = valuation.sold_at
            AND line.sale = valuation.sale AND line.position = valuation.position
    ) AND NOT EXISTS (
        SELECT FROM redemption WHERE sale = valuation.sale AND redemption.ecp = valuation.ecp
            AND redemption.scheme = valuation.scheme AND redeemed_at = valuation.sold_at
    )
""")
VALUATIONS_WITHOUT_CAUSE: Final = of_ecps(f"""
    SELECT ecp, scheme, {_LINE}, cause, NULL
    FROM valuation WHERE ecp > :low AND ecp <= :high AND cause IS NOT NULL
        AND NOT {IS_SALE.format(number="valuation.cause")}
""")
WRONG_LINE_COUNTS: Final = of_ecps("""
    SELECT ecp, scheme, 'lines', coalesce(account.lines, 0), coalesce(valued.lines, 0)
    FROM (SELECT * FROM points_account WHERE ecp > :low AND ecp <= :high) AS account FULL JOIN (
        SELECT ecp, scheme, count(*) AS lines
        FROM (
            SELECT DISTINCT ecp, scheme, sold_at, sale, position FROM valuation WHERE ecp > :low AND ecp <= :high
        ) AS line GROUP BY ecp, scheme
    ) AS valued USING (ecp, scheme) WHERE coalesce(account.lines, 0) <> coalesce(valued.lines, 0)
""")
# A job that waits or runs comes to them.
LINES_WITHOUT_JOB: Final = of_ecps(f"""
    SELECT account.ecp, account.scheme, account.revalue_from, coalesce((
        SELECT 'its last job ended as ' || job.status || coalesce(': ' || job.error, '.') FROM job
        WHERE kind = '{JobKind.REVALUATION}' AND parameters ->> 'ecp_id' = ecp.id::text
            AND parameters ->> 'scheme_id' = scheme.id::text
        ORDER BY job.created_at DESC, job.id DESC LIMIT 1
    ), 'it has no job.'), NULL
    FROM points_account AS account JOIN ecp ON ecp.number = account.ecp JOIN scheme ON scheme.number = account.scheme
    WHERE account.ecp > :low AND account.ecp <= :high AND account.revalue_from IS NOT NULL AND NOT EXISTS (
        SELECT FROM job WHERE due_at IS NOT NULL AND kind = '{JobKind.REVALUATION}'
            AND parameters ->> 'ecp_id' = ecp.id::text AND parameters ->> 'scheme_id' = scheme.id::text
    )
""")
