"""Statements that read what is folded again: accounts, lines net of returns, and what pools granted."""

from typing import Final

from sqlalchemy import select

from db.columns import scalar
from db.ecps.tables import EcpTable
from db.ledger.verify_rows import (
    AccountToFoldRow,
    FaultRow,
    GrantRow,
    PoolToVerifyRow,
    PostedComponentRow,
    ReturnedUnitsRow,
    RuleIdsRow,
    named,
)
from db.statement import Statement, number, numbers, string
from domain.points.pools import BUDGET

# An account that waits for a job is left out: its lines may be worth something else until then.
ACCOUNTS_TO_FOLD: Final = named(
    """
    SELECT account.ecp, ecp.id AS ecp_id, ecp.code AS ecp_code, account.scheme, scheme.id AS scheme_id,
        scheme.code AS scheme_code, account.available, account.lines, account.last_sold_at, account.last_source,
        account.last_external_id, account.state, account.revalue_from
    FROM points_account AS account JOIN ecp ON ecp.number = account.ecp JOIN scheme ON scheme.number = account.scheme
    WHERE account.ecp > :low AND account.ecp <= :high AND account.last_sold_at IS NOT NULL
        AND account.revalue_from IS NULL
    ORDER BY account.ecp, account.scheme
    """,
    AccountToFoldRow,
    number("low"),
    number("high"),
)
# A sale that moved took its returns along; only those at its present place count.
RETURNED_UNITS: Final = named(
    """
    SELECT back.sale, back.variant_id, sum(back.quantity)::bigint AS quantity
    FROM sale_return AS back
    JOIN sale_key AS sold ON sold.number = back.sale AND sold.ecp = back.ecp AND sold.sold_at = back.sold_at
    JOIN sale_key AS taker ON taker.number = back.returning_sale AND taker.revision = back.returning_revision
    WHERE back.ecp = ANY (:ecps) GROUP BY back.sale, back.variant_id
    """,
    ReturnedUnitsRow,
    numbers("ecps"),
)
POSTED_COMPONENTS: Final = named(
    """
    SELECT ecp, scheme, sale, effective_at AS sold_at, position, rule,
        sum(CASE kind WHEN 3 THEN -points ELSE points END)::bigint AS points
    FROM points_entry WHERE ecp = ANY (:ecps) AND kind IN (1, 2, 3) AND rule <> 0 AND num_nulls(sale, position) = 0
    GROUP BY ecp, scheme, sale, effective_at, position, rule
    """,
    PostedComponentRow,
    numbers("ecps"),
)
# The pools that are, and those that should be: by the revision which a scheme follows.
POOLS_TO_VERIFY: Final = named(
    f"""
    WITH followed AS (
        SELECT known.scheme, known.revision, found.content FROM points_scheme AS known
        JOIN scheme ON scheme.number = known.scheme
        JOIN scheme_revision AS found ON found.scheme_id = scheme.id AND found.number = known.revision
    ), wanted AS (
        SELECT scheme, '{BUDGET}'::uuid AS rule_id, (content -> 'basics' ->> 'budget')::bigint AS "limit" FROM followed
        UNION ALL
        SELECT scheme, (rule ->> 'id')::uuid, (rule -> 'limits' ->> 'points_in_total')::bigint
        FROM followed CROSS JOIN jsonb_array_elements(content -> 'rules') AS rule
    )
    SELECT scheme, coalesce(named.code, 'scheme number ' || scheme) AS scheme_code, rule_id, capacity,
        coalesce(owed, 0) AS owed, coalesce(rest, 0)::bigint AS rest, followed.revision, wanted."limit"
    FROM points_pool_limit FULL JOIN (
        SELECT scheme, rule_id, sum(rest) AS rest FROM points_pool GROUP BY scheme, rule_id
    ) AS slices USING (scheme, rule_id) FULL JOIN (
        SELECT * FROM wanted WHERE "limit" IS NOT NULL
    ) AS wanted USING (scheme, rule_id) LEFT JOIN scheme AS named ON named.number = scheme
    LEFT JOIN followed USING (scheme)
    ORDER BY scheme, rule_id
    """,
    PoolToVerifyRow,
)
# Schemes in which lines are valued although no revision is known whose limits hold.
UNLIMITED_SCHEMES: Final = named(
    """
    SELECT coalesce(named.code, 'scheme number ' || account.scheme) AS owner, '' AS name, NULL AS stored,
        NULL AS counted
    FROM (SELECT DISTINCT scheme FROM points_account WHERE lines > 0) AS account
    LEFT JOIN scheme AS named ON named.number = account.scheme
    WHERE account.scheme NOT IN (SELECT scheme FROM points_scheme)
    ORDER BY account.scheme
    """,
    FaultRow,
)
RULES_OF_POOLS: Final = named(
    """
    SELECT scheme.number AS scheme, revision.number AS revision, ARRAY(
        SELECT (rule ->> 'id')::uuid FROM jsonb_array_elements(revision.content -> 'rules') WITH ORDINALITY
            AS listed (rule, position) ORDER BY position
    ) AS rule_ids
    FROM scheme JOIN scheme_revision AS revision ON revision.scheme_id = scheme.id
    WHERE scheme.number IN (SELECT scheme FROM points_pool_limit)
    """,
    RuleIdsRow,
)
# The newest valuations of all lines in schemes that have pools.
GRANTS: Final = named(
    """
    SELECT DISTINCT ON (ecp, scheme, sold_at, sale, position) scheme, revision, base, facts
    FROM valuation WHERE scheme IN (SELECT scheme FROM points_pool_limit)
    ORDER BY ecp, scheme, sold_at, sale, position, version DESC
    """,
    GrantRow,
)
NUMBER_OF_ECP: Final = Statement(select(EcpTable.number).where(EcpTable.code == string("code")), scalar(int))
