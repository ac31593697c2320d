"""Statements that look for faults in entries, ledgers, and balances. Each returns nothing if all agrees.

The accounts are 1 AVAILABLE, 2 ISSUED, 3 SETTLING, 4 PAID, 5 EXPIRED, and the kinds 1 BASE, 2 BONUS, 3 REVERSAL,
4 ADJUSTMENT, 5 SETTLEMENT, 6 EXPIRY: see domain/points/ledger.py.
"""

from typing import Final

from db.ledger.verify_rows import IS_SALE, NAME_OF_SALE, of_ecps

_IN_RANGE: Final = "ecp > :low AND ecp <= :high"
_NEIGHBORS: Final = f"""(
    SELECT *, lag(seq) OVER ledger AS seq_before, lag(recorded_at) OVER ledger AS recorded_before,
        coalesce(lag(balance_after) OVER (PARTITION BY ecp, scheme ORDER BY seq), 0)
        + CASE WHEN credit = 1 THEN points WHEN debit = 1 THEN -points ELSE 0 END AS balance_due
    FROM points_entry WHERE {_IN_RANGE} WINDOW ledger AS (PARTITION BY ecp ORDER BY seq)
) AS entry"""

GAPS: Final = of_ecps(f"""
    SELECT ecp, NULL::int, seq, coalesce(seq_before, 0), NULL
    FROM {_NEIGHBORS} WHERE seq <> coalesce(seq_before, 0) + 1
""")
BACKWARD_TIMES: Final = of_ecps(f"""
    SELECT ecp, NULL::int, seq, recorded_at, recorded_before FROM {_NEIGHBORS} WHERE recorded_at < recorded_before
""")
BROKEN_BALANCES: Final = of_ecps(f"""
    SELECT ecp, scheme, seq, balance_after, balance_due FROM {_NEIGHBORS} WHERE balance_after <> balance_due
""")
# The accounts between which each kind of entry moves points.
IMPOSSIBLE_ENTRIES: Final = of_ecps(f"""
    SELECT ecp, scheme, seq, NULL, NULL
    FROM points_entry WHERE {_IN_RANGE} AND NOT (points > 0 AND debit <> credit AND CASE
        WHEN kind IN (1, 2) THEN debit = 2 AND credit = 1
        WHEN kind = 3 THEN debit = 1 AND credit = 2
        WHEN kind = 4 THEN (debit, credit) IN ((1, 2), (2, 1))
        WHEN kind = 5 THEN (debit, credit) IN ((1, 3), (3, 1), (3, 4), (4, 1))
        WHEN kind = 6 THEN (debit, credit) IN ((1, 5), (5, 1))
        ELSE false
    END)
""")
# What each kind of entry names: the line and the rule, the entry that it takes back, the adjustment, or the line of a
# settlement.
INCOMPLETE_ENTRIES: Final = of_ecps(f"""
    SELECT ecp, scheme, seq, NULL, NULL
    FROM points_entry WHERE {_IN_RANGE} AND NOT CASE
        WHEN kind IN (1, 2, 3) THEN num_nulls(sale, position, version, rule) = 0
            AND num_nonnulls(adjustment_id, settlement_line_id) = 0
            AND (kind = 3) = (reverses IS NOT NULL) AND (kind <> 1 OR rule = 0) AND (kind <> 2 OR rule > 0)
        WHEN kind = 4 THEN adjustment_id IS NOT NULL
            AND num_nonnulls(sale, position, version, rule, reverses, settlement_line_id) = 0
        ELSE num_nonnulls(sale, position, version, rule, reverses, adjustment_id) = 0
            AND (kind = 5) = (settlement_line_id IS NOT NULL)
    END
""")
UNKNOWN_OWNERS: Final = of_ecps(f"""
    SELECT ecp, scheme, CASE WHEN known THEN 'scheme' ELSE 'ECP' END, count(*), NULL
    FROM (
        SELECT ecp, scheme, EXISTS (SELECT FROM ecp WHERE number = entry.ecp) AS known
        FROM points_entry AS entry WHERE {_IN_RANGE} AND NOT (
            EXISTS (SELECT FROM ecp WHERE number = entry.ecp)
            AND EXISTS (SELECT FROM scheme WHERE number = entry.scheme AND revises IS NULL)
        )
    ) AS unknown GROUP BY ecp, scheme, known
""")
ENTRIES_WITHOUT_VALUATION: Final = of_ecps(f"""
    SELECT entry.ecp, entry.scheme, entry.seq, {NAME_OF_SALE.format(number="entry.sale")}, entry.version
    FROM points_entry AS entry WHERE {_IN_RANGE} AND kind IN (1, 2, 3) AND NOT EXISTS (
        SELECT FROM valuation WHERE valuation.ecp = entry.ecp AND valuation.scheme = entry.scheme
            AND sold_at = effective_at AND valuation.sale = entry.sale AND valuation.position = entry.position
            AND valuation.version = entry.version
            AND entry.seq >= valuation.seq AND entry.seq < valuation.seq + entries
            AND valuation.recorded_at = entry.recorded_at AND valuation.cause IS NOT DISTINCT FROM entry.cause
    )
""")
# Each revision is looked up once, not for every entry, and its rules are counted once: a definition is large.
RULES_WITHOUT_REVISION: Final = of_ecps("""
    WITH named AS MATERIALIZED (
        SELECT entry.ecp, entry.scheme, entry.seq, entry.rule, valuation.revision
        FROM points_entry AS entry
        JOIN valuation ON valuation.ecp = entry.ecp AND valuation.scheme = entry.scheme AND sold_at = effective_at
            AND valuation.sale = entry.sale AND valuation.position = entry.position
            AND valuation.version = entry.version
        WHERE entry.ecp > :low AND entry.ecp <= :high AND kind IN (1, 2, 3)
    ), listed AS MATERIALIZED (
        SELECT scheme.number AS scheme, revision.number AS revision,
            coalesce(jsonb_array_length(revision.content -> 'rules'), 0) AS rules
        FROM scheme JOIN scheme_revision AS revision ON revision.scheme_id = scheme.id
    ), exceeded AS MATERIALIZED (
        SELECT scheme, revision, rules
        FROM (SELECT scheme, revision, min(rule) AS lowest, max(rule) AS highest FROM named GROUP BY 1, 2) AS span
        JOIN listed USING (scheme, revision) WHERE lowest < 0 OR highest > rules
    )
    SELECT named.ecp, named.scheme, named.seq, named.rule, named.revision
    FROM named JOIN exceeded USING (scheme, revision) WHERE named.rule < 0 OR named.rule > exceeded.rules
""")
# A reversal takes back an earlier entry of the same component of the same line.
WRONG_REVERSALS: Final = of_ecps("""
    SELECT entry.ecp, entry.scheme, entry.seq, entry.reverses, NULL
    FROM points_entry AS entry WHERE ecp > :low AND ecp <= :high AND kind = 3 AND NOT EXISTS (
        SELECT FROM points_entry AS back WHERE back.ecp = entry.ecp AND back.seq = entry.reverses
            AND back.seq < entry.seq AND back.scheme = entry.scheme AND back.kind IN (1, 2)
            AND back.sale = entry.sale AND back.position = entry.position AND back.rule = entry.rule
            AND back.effective_at = entry.effective_at
    )
""")
DOUBLE_REVERSALS: Final = of_ecps("""
    SELECT entry.ecp, entry.scheme, entry.seq, entry.points, back.points
    FROM points_entry AS entry JOIN (
        SELECT ecp, reverses, sum(points) AS points FROM points_entry
        WHERE ecp > :low AND ecp <= :high AND reverses IS NOT NULL GROUP BY ecp, reverses
    ) AS back ON back.ecp = entry.ecp AND back.reverses = entry.seq
    WHERE entry.ecp > :low AND entry.ecp <= :high AND back.points > entry.points
""")
UNKNOWN_CAUSES: Final = of_ecps(f"""
    SELECT ecp, scheme, seq, cause, NULL
    FROM points_entry WHERE {_IN_RANGE} AND cause IS NOT NULL AND NOT {IS_SALE.format(number="cause")}
""")
_SUMS: Final = f"""
    SELECT ecp, scheme,
        sum(CASE WHEN credit = 1 THEN points WHEN debit = 1 THEN -points ELSE 0 END) AS available,
        sum(CASE WHEN credit = 3 THEN points WHEN debit = 3 THEN -points ELSE 0 END) AS settling,
        sum(CASE WHEN credit = 4 THEN points WHEN debit = 4 THEN -points ELSE 0 END) AS paid,
        sum(CASE WHEN credit = 5 THEN points WHEN debit = 5 THEN -points ELSE 0 END) AS expired
    FROM points_entry WHERE {_IN_RANGE} GROUP BY ecp, scheme
"""
WRONG_ACCOUNTS: Final = of_ecps(f"""
    SELECT ecp, scheme, sides.name, coalesce(sides.stored, 0), coalesce(sides.counted, 0)
    FROM (SELECT * FROM points_account WHERE {_IN_RANGE}) AS account FULL JOIN ({_SUMS}) AS total USING (ecp, scheme)
    CROSS JOIN LATERAL (VALUES
        ('available', account.available, total.available), ('settling', account.settling, total.settling),
        ('paid', account.paid, total.paid), ('expired', account.expired, total.expired)
    ) AS sides (name, stored, counted)
    WHERE coalesce(sides.stored, 0) <> coalesce(sides.counted, 0)
""")
WRONG_LEDGERS: Final = of_ecps(f"""
    SELECT ecp, NULL::int, 'seq', coalesce(ledger.seq, 0), coalesce(entry.seq, 0)
    FROM (SELECT * FROM points_ledger WHERE {_IN_RANGE}) AS ledger FULL JOIN (
        SELECT ecp, max(seq) AS seq FROM points_entry WHERE {_IN_RANGE} GROUP BY ecp
    ) AS entry USING (ecp) WHERE coalesce(ledger.seq, 0) <> coalesce(entry.seq, 0)
""")
WRONG_LEDGER_TIMES: Final = of_ecps(f"""
    SELECT ecp, NULL::int, 'time', ledger.recorded_at, entry.recorded_at
    FROM points_ledger AS ledger JOIN (
        SELECT ecp, max(recorded_at) AS recorded_at FROM points_entry WHERE {_IN_RANGE} GROUP BY ecp
    ) AS entry USING (ecp) WHERE ledger.recorded_at < entry.recorded_at
""")
# An entry of an adjustment moves its points, when and where it says, and only an approved one has an entry.
ENTRIES_WITHOUT_ADJUSTMENT: Final = of_ecps("""
    SELECT entry.ecp, entry.scheme, entry.seq, NULL, NULL
    FROM points_entry AS entry WHERE entry.ecp > :low AND entry.ecp <= :high AND kind = 4 AND NOT EXISTS (
        SELECT FROM adjustment JOIN ecp ON ecp.id = ecp_id JOIN scheme ON scheme.id = scheme_id
        WHERE adjustment.id = entry.adjustment_id AND ecp.number = entry.ecp AND scheme.number = entry.scheme
            AND adjustment.status = 'APPROVED' AND adjustment.recorded_at = entry.recorded_at
            AND adjustment.points = CASE WHEN credit = 1 THEN entry.points ELSE -entry.points END
    )
""")
WRONG_ADJUSTMENTS: Final = of_ecps("""
    SELECT ecp.number, scheme.number, adjustment.points, coalesce(posted.entries, 0), adjustment.status
    FROM ecp JOIN adjustment ON adjustment.ecp_id = ecp.id JOIN scheme ON scheme.id = adjustment.scheme_id
    LEFT JOIN (
        SELECT ecp, adjustment_id, count(*) AS entries FROM points_entry
        WHERE ecp > :low AND ecp <= :high AND adjustment_id IS NOT NULL GROUP BY ecp, adjustment_id
    ) AS posted ON posted.ecp = ecp.number AND posted.adjustment_id = adjustment.id
    WHERE ecp.number > :low AND ecp.number <= :high
        AND coalesce(posted.entries, 0) <> CASE adjustment.status WHEN 'APPROVED' THEN 1 ELSE 0 END
""")
