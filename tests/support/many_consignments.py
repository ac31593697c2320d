"""Two thousand consignments, fifty thousand batches, and a consignment with two hundred thousand movements."""

from hashlib import md5
from uuid import UUID

CONSIGNMENTS, BATCHES, MOVEMENTS, PAGE = 2_000, 50_000, 200_000, 50
TABLES = (
    "account, vendor, product, variant, scheme, consignment, consignment_state, consignment_leg, consignment_line, "
    "batch, movement"
)


def made(name: str) -> UUID:
    """The id of something, as the statement below makes it."""
    return UUID(md5(name.encode(), usedforsecurity=False).hexdigest())


# Vendor v0 is the first one of every chain, v1 to v40 follow. Consignment c1 has all movements and a thousand batches,
# in which it goes from v0 to v1. One in ten consignments is under way. Triggers do not run here.
FILL = f"""
SET session_replication_role = replica;
INSERT INTO account (id, display_name, created_at, sort_name, search_words)
VALUES (md5('account')::uuid, 'Manager', '2026-01-01Z', 'manager', 'manager');
INSERT INTO vendor (id, code, name, kind, sort_name, search_words)
SELECT md5('v' || n)::uuid, 'V-' || n, 'Vendor ' || n, 'PRINTER', 'vendor', '' FROM generate_series(0, 40) AS n;
INSERT INTO variant (id, sku, name, product_id, search_words)
SELECT md5('variant' || n)::uuid, 'SKU-' || n, 'Variant', md5('product')::uuid, '' FROM generate_series(1, 2) AS n;
INSERT INTO scheme (
    id, code, revision, title, earning_channels, terms_version, materials, content_hash, created_by, created_at,
    updated_at, approved_at, sort_title, search_words)
SELECT md5('s' || n)::uuid, 'SCH-2026-' || lpad(n::text, 6, '0'), 1, 'Scheme ' || n, '{{COUPON}}', 1, '[]', 'sha256:',
    md5('account')::uuid, '2026-01-01Z', '2026-01-01Z', '2026-01-02Z', convert_to('scheme ' || n, 'UTF8'),
    to_tsvector('simple', 'scheme ' || n)
FROM generate_series(1, 100) AS n;
INSERT INTO consignment (id, code, scheme_id, due_on, created_at, created_by)
SELECT md5('c' || n)::uuid, 'CON-2026-' || lpad(n::text, 6, '0'), md5('s' || 1 + n % 100)::uuid,
    CASE WHEN n % 3 > 0 THEN date '2026-01-01' + n % 400 END, '2026-01-01Z'::timestamptz + n * interval '1 hour',
    md5('account')::uuid
FROM generate_series(1, {CONSIGNMENTS}) AS n;
INSERT INTO consignment_state (
    consignment_id, status, since, custody_status, custody_since, waiting_legs, waiting_since, has_discrepancy,
    moved_at)
SELECT md5('c' || n)::uuid, CASE WHEN n % 10 = 1 THEN 'IN_PRODUCTION' ELSE 'DELIVERED' END, '2026-01-01Z',
    CASE WHEN n % 10 = 1 THEN 'IN_PRODUCTION' ELSE 'DELIVERED' END, '2026-01-01Z',
    CASE WHEN n % 10 = 1 THEN '{{1}}' ELSE '{{}}' END::smallint[],
    CASE WHEN n % 10 = 1 THEN '2026-01-01Z'::timestamptz + n * 7919 % 2003 * interval '1 minute' END, false,
    '2026-01-01Z'::timestamptz + n * 104729 % 2003 * interval '1 minute'
FROM generate_series(1, {CONSIGNMENTS}) AS n;
INSERT INTO consignment_leg (consignment_id, position, vendor_id)
SELECT md5('c' || n)::uuid, position, md5('v' || CASE position WHEN 1 THEN 0 ELSE 1 + (n - 1) % 40 END)::uuid
FROM generate_series(1, {CONSIGNMENTS}) AS n, generate_series(1, 2) AS position;
INSERT INTO consignment_line (id, consignment_id, variant_id, quantity, segment_bits)
SELECT md5('l' || n)::uuid, md5('c' || n)::uuid, md5('variant1')::uuid, 1000, 12
FROM generate_series(1, {CONSIGNMENTS}) AS n;
INSERT INTO batch (id, code, consignment_id, from_leg, from_vendor_id, to_vendor_id, status, dispatched_at)
SELECT md5('b' || n)::uuid, 'BAT-2026-' || lpad(n::text, 6, '0'), md5('c' || c)::uuid, 1, md5('v0')::uuid,
    md5('v' || 1 + (c - 1) % 40)::uuid, 'RECEIVED', '2026-01-01Z'::timestamptz + n * interval '1 minute'
FROM generate_series(1, {BATCHES}) AS n, LATERAL (SELECT CASE WHEN n % 50 = 0 THEN 1 ELSE 1 + n % 2000 END AS c) AS of;
INSERT INTO movement (
    id, request_id, consignment_id, line_id, batch_id, kind, vendor_id, from_place_id, from_condition, to_place_id,
    to_condition, quantity, occurred_at, recorded_at, account_id)
SELECT md5('m' || n)::uuid, md5('m' || n)::uuid, md5('c1')::uuid, md5('l1')::uuid,
    CASE WHEN n % 2 = 0 THEN md5('b' || 50 * (1 + n % 1000))::uuid END,
    CASE WHEN n % 2 = 0 THEN 'RECEIVED' ELSE 'PRODUCED' END, md5('v' || (n + 1) % 2)::uuid, 1, 'GOOD', 2, 'GOOD', 1,
    at, at, md5('account')::uuid
FROM generate_series(1, {MOVEMENTS}) AS n,
    LATERAL (SELECT '2026-01-01Z'::timestamptz + n * interval '1 second' AS at) AS moment;
SET session_replication_role = origin;
"""
