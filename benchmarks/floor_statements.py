"""The hand-written floor, its statements: SQL as text. `{visible}` is a predicate of VISIBLE."""

from collections.abc import Mapping
from typing import Final

from domain.viewers import SchemeScope
from domain.work.queues import DiscrepancyQueue, EcpQueue, EnrollmentQueue, Queue

ACCOUNT: Final = (
    "SELECT id, display_name, email, vendor_id, disabled_at, "
    "ARRAY(SELECT role FROM account_role WHERE account_id = id ORDER BY role) AS roles FROM account WHERE id = $1"
)
VISIBLE: Final = {
    SchemeScope.NONE: "false",
    SchemeScope.APPROVED: "approved_at IS NOT NULL AND revises IS NULL",
    SchemeScope.SUBMITTED: "submitted_at IS NOT NULL AND applied_at IS NULL",
    SchemeScope.ALL: "applied_at IS NULL",
}
QUEUES: Final = """
SELECT q.position, count(*), min(st.since) AS oldest
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bool[]) AS q (position, kind, status, others_only)
JOIN scheme_stage st ON st.kind = q.kind AND st.status = q.status
JOIN scheme ON scheme.id = st.scheme_id
WHERE st.valid_from <= $5 AND st.valid_until > $5 AND {visible}
  AND (NOT q.others_only OR (SELECT submitted_by <> $6 AND ((SELECT authors_may_approve FROM program)
                                                            OR $6 <> ALL (authors))
                             FROM scheme_submission WHERE scheme_id = scheme.id ORDER BY number DESC LIMIT 1))
GROUP BY q.position
"""
# The queues of other things than schemes.
WAITING: Final[Mapping[type[Queue], str]] = {
    DiscrepancyQueue: (
        "UNION ALL SELECT {position}, count(*), min(opened_at) FROM discrepancy WHERE resolved_at IS NULL\n"
    ),
    EcpQueue: "UNION ALL SELECT {position}, count(*), min(registered_at) FROM ecp WHERE status = 'PENDING'\n",
    EnrollmentQueue: (
        "UNION ALL SELECT {position}, count(*), min(requested_at) FROM enrollment WHERE status = 'PENDING'\n"
    ),
}
PAGE: Final = """
SELECT id, code, title, earning_channels, starts_on, ends_on, updated_at,
       (SELECT count(*) FROM scheme WHERE {visible}) AS total
FROM scheme WHERE {visible} ORDER BY updated_at DESC, id DESC LIMIT $1
"""
STAGES: Final = """
SELECT scheme_id, kind, position, state, status, open_step, waiting_role, waiting_vendor_ids,
       waiting_variant_ids, since, due_on, done, total, blocked_by,
       CASE WHEN state = 'BLOCKED' THEN (
           SELECT display_name FROM account WHERE id = (blocked_by #>> '{0,account_id}')::uuid
       ) END AS blocking_name, is_current
FROM scheme_stage WHERE scheme_id = ANY($1::uuid[]) AND valid_from <= $2 AND valid_until > $2
ORDER BY scheme_id, position
"""
SKUS: Final = "SELECT id, sku FROM variant WHERE id = ANY($1::uuid[])"
VENDORS: Final = "SELECT id, name FROM vendor WHERE id = ANY($1::uuid[])"
SETTLED: Final = """
SELECT scheme_id, sum(custody_place.quantity)::bigint FROM consignment
JOIN consignment_line ON consignment_line.consignment_id = consignment.id
JOIN custody_place ON custody_place.line_id = consignment_line.id
WHERE scheme_id = ANY($1::uuid[]) AND condition IN ('COMMISSIONED', 'DAMAGED', 'LOST') GROUP BY scheme_id
"""
VARIANTS: Final = """
SELECT sv.scheme_id, sv.base_points, sv.planned_quantity, v.id, v.sku, v.name,
       p.id AS product_id, p.name AS product_name, p.category, p.brand
FROM scheme_variant sv JOIN variant v ON v.id = sv.variant_id JOIN product p ON p.id = v.product_id
WHERE sv.scheme_id = ANY($1::uuid[]) ORDER BY sv.scheme_id, v.sku
"""
RULES: Final = """
SELECT id, scheme_id, position, document FROM bonus_rule WHERE scheme_id = ANY($1::uuid[]) ORDER BY scheme_id, position
"""
NAMES: Final = """
SELECT 'tier', id, name FROM tier WHERE id = ANY($1::uuid[])
UNION ALL SELECT 'geography', id, name FROM geography WHERE id = ANY($1::uuid[])
UNION ALL SELECT 'variant', id, sku FROM variant WHERE id = ANY($1::uuid[])
UNION ALL SELECT 'product', id, name FROM product WHERE id = ANY($1::uuid[])
UNION ALL SELECT 'category', id, name FROM category WHERE id = ANY($1::uuid[])
"""
SCHEME: Final = """
SELECT scheme.*, account.display_name AS creator FROM scheme JOIN account ON account.id = created_by
WHERE code = $1 AND revises IS NULL AND {visible}
"""
GEOGRAPHIES: Final = """
SELECT g.id, g.code, g.name, g.level FROM scheme_geography sg JOIN geography g ON g.id = sg.geography_id
WHERE sg.scheme_id = $1 ORDER BY g.name
"""
STATUS: Final = """
SELECT scheme.id, scheme.code, st.status, st.state, st.open_step
FROM scheme JOIN scheme_stage st ON st.scheme_id = scheme.id
WHERE scheme.code = $1 AND revises IS NULL AND {visible}
  AND st.is_current AND st.valid_from <= $2 AND st.valid_until > $2
"""
