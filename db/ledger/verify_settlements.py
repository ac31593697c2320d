"""Statements that look for faults in settlements: lines against entries, and totals against lines.

Each returns nothing if all agrees. The accounts are 1 AVAILABLE, 3 SETTLING, 4 PAID, as in `verify_entries`. That
available, settling, paid, and expired points together are what was earned and adjusted follows from the accounts that
entries of each kind may move points between, and from the sums of the accounts, which are checked there.
"""

from typing import Final

from db.ledger.verify_rows import FaultRow, named, of_ecps

# Whether the points of a line were posted: those of an approved settlement are, once it is paid, and while its job runs
# they may be.
_LINES: Final = """(
    SELECT line.*, scheme.number AS scheme, settlement.status AS settlement_status, settlement.number,
        coalesce(posted.settling, 0) AS settling, coalesce(posted.paid, 0) AS paid,
        coalesce(posted.failed, 0) AS failed, coalesce(posted.returned, 0) AS returned,
        coalesce(posted.other, 0) AS other
    FROM settlement_line AS line
    JOIN settlement ON settlement.id = line.settlement_id JOIN scheme ON scheme.id = settlement.scheme_id
    LEFT JOIN (
        SELECT ecp, settlement_line_id, count(*) FILTER (WHERE debit = 1 AND credit = 3) AS settling,
            count(*) FILTER (WHERE debit = 3 AND credit = 4) AS paid,
            count(*) FILTER (WHERE debit = 3 AND credit = 1) AS failed,
            count(*) FILTER (WHERE debit = 4 AND credit = 1) AS returned, count(*) AS other
        FROM points_entry WHERE ecp > :low AND ecp <= :high AND settlement_line_id IS NOT NULL
        GROUP BY ecp, settlement_line_id
    ) AS posted ON posted.ecp = line.ecp AND posted.settlement_line_id = line.id
    WHERE line.ecp > :low AND line.ecp <= :high
) AS line"""

# An entry of a settlement moves the points of a line of its ECP and its scheme.
ENTRIES_WITHOUT_LINE: Final = of_ecps("""
    SELECT entry.ecp, entry.scheme, entry.seq, NULL, NULL
    FROM points_entry AS entry WHERE entry.ecp > :low AND entry.ecp <= :high AND kind = 5 AND NOT EXISTS (
        SELECT FROM settlement_line AS line JOIN settlement ON settlement.id = line.settlement_id
        JOIN scheme ON scheme.id = settlement.scheme_id
        WHERE line.id = entry.settlement_line_id AND line.ecp = entry.ecp AND scheme.number = entry.scheme
            AND line.points = entry.points
    )
""")
# What a line says was posted, and how often it was: into settling, from there to paid, and back to available from
# settling or from paid.
WRONG_LINES: Final = of_ecps(f"""
    SELECT ecp, scheme, number, settling || ', ' || paid || ', ' || failed || ', ' || returned,
        status || ' in a settlement that is ' || settlement_status
    FROM {_LINES}
    WHERE NOT CASE
        WHEN settlement_status IN ('PAYING', 'SETTLED')
            THEN settling = CASE status WHEN 'CARRIED_OVER' THEN 0 ELSE 1 END
                AND paid = CASE WHEN status IN ('PAID', 'RETURNED') THEN 1 ELSE 0 END
                AND failed = CASE status WHEN 'FAILED' THEN 1 ELSE 0 END
                AND returned = CASE status WHEN 'RETURNED' THEN 1 ELSE 0 END
        WHEN settlement_status = 'APPROVED' AND status = 'PENDING' THEN settling <= 1 AND settling = other
        ELSE other = 0
    END OR other <> settling + paid + failed + returned
""")
# What was frozen is the balance after the last entry that the line knows.
WRONG_FROZEN: Final = of_ecps(f"""
    SELECT line.ecp, line.scheme, line.number, line.points + line.carried_over, coalesce(known.balance_after, 0)
    FROM {_LINES}
    LEFT JOIN LATERAL (
        SELECT balance_after FROM points_entry AS entry
        WHERE entry.ecp = line.ecp AND entry.scheme = line.scheme AND entry.seq <= line.known_seq
        ORDER BY seq DESC LIMIT 1
    ) AS known ON true
    WHERE line.points + line.carried_over <> coalesce(known.balance_after, 0)
""")
_TOTALS: Final = (
    ("lines", "count(line.id)"),
    ("payable_lines", "count(line.id) FILTER (WHERE line.status <> 'CARRIED_OVER')"),
    ("points", "coalesce(sum(line.points), 0)"),
    ("carried_over", "coalesce(sum(line.carried_over), 0)"),
    ("paid_lines", "count(line.id) FILTER (WHERE line.status = 'PAID')"),
    ("paid_points", "coalesce(sum(line.points) FILTER (WHERE line.status = 'PAID'), 0)"),
    ("paid_amount", "coalesce(sum(line.amount) FILTER (WHERE line.status = 'PAID'), 0)"),
    ("failed_lines", "count(line.id) FILTER (WHERE line.status = 'FAILED')"),
    ("failed_points", "coalesce(sum(line.points) FILTER (WHERE line.status = 'FAILED'), 0)"),
    ("returned_lines", "count(line.id) FILTER (WHERE line.status = 'RETURNED')"),
    ("returned_points", "coalesce(sum(line.points) FILTER (WHERE line.status = 'RETURNED'), 0)"),
    ("amount", "CASE WHEN settlement.point_value IS NOT NULL THEN coalesce(sum(line.amount), 0) END"),
)
_SIDES: Final = ", ".join(
    f"('{name.replace('_', ' ')}', settlement.{name}::numeric, total.{name}::numeric)" for name, _ in _TOTALS
)
# What a settlement counts is what its lines add up to. One that is being prepared has none.
WRONG_TOTALS: Final = named(
    f"""
SELECT scheme.code || ', settlement ' || settlement.number AS owner, sides.name,
    coalesce(sides.stored::text, 'nothing') AS stored, coalesce(sides.counted::text, 'nothing') AS counted
FROM settlement JOIN scheme ON scheme.id = settlement.scheme_id
CROSS JOIN LATERAL (
    SELECT {", ".join(f"{sql} AS {name}" for name, sql in _TOTALS)}
    FROM settlement_line AS line WHERE line.settlement_id = settlement.id
) AS total
CROSS JOIN LATERAL (VALUES {_SIDES}) AS sides (name, stored, counted)
WHERE settlement.as_known_at IS NOT NULL AND sides.stored IS DISTINCT FROM sides.counted
ORDER BY owner, sides.name
""",
    FaultRow,
)
