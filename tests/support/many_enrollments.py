"""A hundred thousand enrollments, unevenly spread, and what managers filter them by."""

from hashlib import md5
from typing import Any
from uuid import UUID

from db.enrollments.pages import EnrollmentFilters
from domain.catalog.facts import GeographyLevel

ECPS, SMALL_SCHEMES, PAGE = 40_000, 612, 50
MANAGER = UUID(int=1)
TABLES = "ecp, geography, scheme, enrollment, enrollment_count"


def made(name: str) -> UUID:
    """The id of something, as the statement below makes it."""
    return UUID(md5(name.encode(), usedforsecurity=False).hexdigest())


# Scheme s0 has nearly all ECPs, each other one a hundred. Region r20 has 3 % of the ECPs, a dozen of them in s0; city
# g510 is in another region and has eight. One in 100 waits for a decision, one in 200 has the tier t4.
# Triggers do not run here, so places and tiers are copied and counted as they would.
FILL = f"""
SET session_replication_role = replica;
INSERT INTO geography (id, code, name, level, sort_name, search_words)
SELECT md5('c' || n)::uuid, 'c' || n, 'Country', 'COUNTRY', 'country', '' FROM generate_series(1, 2) AS n;
INSERT INTO geography (id, code, name, level, parent_id, sort_name, search_words)
SELECT md5('r' || n)::uuid, 'r' || n, 'Region', 'REGION', md5(CASE n WHEN 20 THEN 'c2' ELSE 'c1' END)::uuid,
    'region', ''
FROM generate_series(0, 20) AS n;
INSERT INTO geography (id, code, name, level, parent_id, sort_name, search_words)
SELECT md5('g' || n)::uuid, 'g' || n, 'City', 'CITY', md5('r' || CASE n WHEN 510 THEN 19 ELSE n / 25 END)::uuid,
    'city', ''
FROM generate_series(0, 510) AS n;
INSERT INTO account (id, display_name, created_at, sort_name, search_words)
VALUES ('{MANAGER}', 'Manager', '2026-01-01Z', 'manager', 'manager');
INSERT INTO ecp (
    id, code, display_name, geography_id, region_id, country_id, tier_id, status, registered_at, updated_at,
    sort_name, search_words)
SELECT md5('e' || n)::uuid, 'ECP-2026-' || lpad(n::text, 6, '0'), 'Name ' || (n * 7919 % 39989),
    md5('g' || city)::uuid, md5('r' || region)::uuid, md5(CASE region WHEN 20 THEN 'c2' ELSE 'c1' END)::uuid,
    md5('t' || CASE WHEN n % 200 = 0 THEN 4 ELSE 1 + n % 3 END)::uuid, 'ACTIVE', '2026-01-01Z', '2026-01-01Z',
    convert_to('name ' || (n * 7919 % 39989), 'UTF8'),
    to_tsvector('simple', 'ecp 2026 ' || lpad(n::text, 6, '0') || ' name ' || (n * 7919 % 39989))
FROM generate_series(1, {ECPS}) AS n,
    LATERAL (SELECT CASE WHEN n % 33 = 0 THEN 500 + n % 10 WHEN n % 5000 = 1 THEN 510 ELSE n * 31 % 500 END AS city) c,
    LATERAL (SELECT CASE city WHEN 510 THEN 19 ELSE city / 25 END AS region) r;
INSERT INTO scheme (
    id, code, revision, title, earning_channels, terms_version, materials, content_hash, created_by, created_at,
    updated_at, approved_at, enrollment_opens_on, enrollment_closes_on, sort_title, search_words)
SELECT md5('s' || n)::uuid, 'SCH-2026-' || lpad(n::text, 6, '0'), 1, 'Scheme ' || n, '{{SALE}}', 1, '[]', 'sha256:',
    '{MANAGER}', '2026-01-01Z', '2026-01-01Z', CASE WHEN n % 8 = 0 THEN '2026-01-02Z'::timestamptz END,
    '2026-01-01', date '2026-01-01' + n % 400, convert_to('scheme ' || n, 'UTF8'), ''
FROM generate_series(0, {SMALL_SCHEMES}) AS n;
INSERT INTO enrollment (
    id, scheme_id, ecp_id, status, terms_version, requested_at, requested_by, enrolled_at, first_enrolled_at,
    geography_id, region_id, country_id, tier_id)
SELECT md5(scheme || '/' || n)::uuid, md5('s' || scheme)::uuid, ecp.id, state, 1, at, '{MANAGER}',
    enrolled_at, enrolled_at, geography_id, region_id, country_id, tier_id
FROM (
    SELECT 0 AS scheme, n, n AS ecp FROM generate_series(1, {ECPS}) AS n WHERE n % 33 > 0 OR n < 400
    UNION ALL
    SELECT s, n, (s * 977 + n * 13) % {ECPS} + 1
    FROM generate_series(1, {SMALL_SCHEMES}) AS s, generate_series(1, 100) AS n
) AS wanted
JOIN ecp ON ecp.id = md5('e' || ecp)::uuid,
    LATERAL (SELECT CASE WHEN n % 100 = 50 THEN 'PENDING' ELSE 'ENROLLED' END AS state) s,
    LATERAL (SELECT '2026-02-01Z'::timestamptz + n * 7919 % 39989 * interval '4 minutes' AS at) a,
    LATERAL (SELECT CASE WHEN state <> 'PENDING' THEN at + interval '1 hour' END AS enrolled_at) b;
INSERT INTO enrollment_count (scheme_id, geography_id, tier_id, status, count)
SELECT scheme_id, geography_id, tier_id, status, count(*) FROM enrollment GROUP BY 1, 2, 3, 4;
SET session_replication_role = DEFAULT;
"""
CITY, REGION, COUNTRY = GeographyLevel.CITY, GeographyLevel.REGION, GeographyLevel.COUNTRY
# Which filters, their values, and how many enrollments of s0 there are at least.
FILTERS: dict[str, tuple[EnrollmentFilters, dict[str, Any], int]] = {
    "all": (EnrollmentFilters(), {}, 38_000),
    "waiting": (EnrollmentFilters(status=True), {"status": "PENDING"}, 300),
    "enrolled": (EnrollmentFilters(status=True), {"status": "ENROLLED"}, 38_000),
    "city": (EnrollmentFilters(place=CITY), {"geography_id": made("g17")}, 70),
    "small city": (EnrollmentFilters(place=CITY), {"geography_id": made("g510")}, 8),
    "region": (EnrollmentFilters(place=REGION), {"geography_id": made("r3")}, 1900),
    "region where nearly nobody is": (EnrollmentFilters(place=REGION), {"geography_id": made("r20")}, 12),
    "country": (EnrollmentFilters(place=COUNTRY), {"geography_id": made("c1")}, 38_000),
    "country where nearly nobody is": (EnrollmentFilters(place=COUNTRY), {"geography_id": made("c2")}, 12),
    "tier": (EnrollmentFilters(tier_id=True), {"tier_id": made("t1")}, 12_000),
    "rare tier": (EnrollmentFilters(tier_id=True), {"tier_id": made("t4")}, 190),
    "enrolled in a region": (
        EnrollmentFilters(place=REGION, status=True),
        {"geography_id": made("r3"), "status": "ENROLLED"},
        1900,
    ),
    "tier in a region": (
        EnrollmentFilters(place=REGION, tier_id=True),
        {"geography_id": made("r3"), "tier_id": made("t2")},
        600,
    ),
}
BIG, LITTLE = made("s0"), made("s2")
