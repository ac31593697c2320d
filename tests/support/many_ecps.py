"""Sixty thousand ECPs, unevenly spread, and what managers filter them by."""

import hashlib
from typing import Any
from uuid import UUID

from db.ecps.pages import EcpFilters
from db.search import words_of
from domain.catalog.facts import GeographyLevel

ECPS = 60_000
PAGE = 50
# Blocks or rows: a few pages of rows, which is next to nothing of the whole.
SMALL = 10 * PAGE
CITY, REGION, COUNTRY = GeographyLevel.CITY, GeographyLevel.REGION, GeographyLevel.COUNTRY

# Two countries, the second of which joined late, so its ECPs come last by code and registration; ten regions
# with ten cities each. Names lie all over the place, tiers and statuses are uneven.
FILL = f"""
INSERT INTO account (id, display_name, created_at, sort_name, search_words)
VALUES ('{UUID(int=1)}', 'Manager', '2026-01-01Z', 'manager', 'manager');
INSERT INTO tier (id, code, name, rank) SELECT md5('tier' || n)::uuid, 'T' || n, 'Tier ' || n, n
FROM generate_series(1, 4) AS n;
INSERT INTO geography (id, code, name, level, parent_id, sort_name, search_words)
SELECT md5(code)::uuid, code, code, level, md5(parent)::uuid, convert_to(code, 'UTF8'), ''
FROM (
    SELECT 'C' || n AS code, 'COUNTRY' AS level, NULL AS parent FROM generate_series(0, 1) AS n
    UNION ALL SELECT 'R' || n, 'REGION', 'C' || n / 8 FROM generate_series(0, 9) AS n
    UNION ALL SELECT 'T' || n, 'CITY', 'R' || n / 10 FROM generate_series(0, 99) AS n
) AS tree;
INSERT INTO scheme (id, code, revision, title, earning_channels, terms_version, materials, content_hash, created_by,
    created_at, updated_at, sort_title, search_words)
VALUES ('{UUID(int=1)}', 'SCH-2026-000001', 1, 'Scheme', '{{SALE}}', 1, '[]', '', '{UUID(int=1)}', now(), now(),
    'scheme', 'scheme');
INSERT INTO ecp (id, code, display_name, practice, geography_id, region_id, country_id, tier_id, status, email,
    email_key, registered_at, verified_at, suspended_reason, updated_at, sort_name, search_words)
SELECT md5(n::text)::uuid, 'ECP-2026-' || lpad(n::text, 6, '0'), name, NULL,
    md5('T' || city)::uuid, md5('R' || city / 10)::uuid, md5('C' || city / 80)::uuid,
    CASE WHEN status <> 'PENDING' THEN md5('tier' || CASE WHEN n % 50 = 0 THEN 4 ELSE 1 + n % 3 END)::uuid END, status,
    'ecp' || n || '@example.org', 'ecp' || n || '@example.org', '2026-01-01Z'::timestamptz + n * interval '1 second',
    CASE WHEN status <> 'PENDING' THEN now() END, CASE WHEN status = 'SUSPENDED' THEN 'Why.' END, now(),
    convert_to(lower(name), 'UTF8'), to_tsvector('simple', 'ecp 2026 ' || lpad(n::text, 6, '0') || ' ' || name)
FROM (
    SELECT n, 'Person ' || (n * 7919 % 50000) || CASE WHEN n % 1000 = 7 THEN ' Rare' ELSE ' Common' END AS name,
        CASE WHEN n > {ECPS} * 0.9 THEN n * 31 % 100 ELSE n * 31 % 80 END AS city,
        CASE WHEN n % 97 = 0 THEN 'SUSPENDED' WHEN n % 89 = 0 OR n > {ECPS} - 500 THEN 'PENDING' ELSE 'ACTIVE' END
            AS status
    FROM generate_series(1, {ECPS}) AS n
) AS drawn;
INSERT INTO enrollment (id, scheme_id, ecp_id, status, terms_version, requested_at, requested_by, enrolled_at)
SELECT gen_random_uuid(), '{UUID(int=1)}', id, CASE WHEN n % 50 = 0 THEN 'WITHDRAWN' ELSE 'ENROLLED' END, 1, now(),
    '{UUID(int=1)}', now()
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM ecp) AS numbered WHERE n % 10 = 0;
"""
TABLES = "ecp, ecp_count, enrollment, enrollment_count, geography, tier"


def md5(text: str) -> str:
    """What `md5(text)::uuid` is."""
    return str(UUID(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()))


# What managers filter by that an index serves, alone and together.
INDEXED: dict[str, tuple[EcpFilters, dict[str, Any]]] = {
    "everybody": (EcpFilters(), {}),
    "a city": (EcpFilters(place=CITY), {"geography_id": md5("T17")}),
    "a region": (EcpFilters(place=REGION), {"geography_id": md5("R3")}),
    "a country": (EcpFilters(place=COUNTRY), {"geography_id": md5("C0")}),
    "a new city": (EcpFilters(place=CITY), {"geography_id": md5("T93")}),
    "a new region": (EcpFilters(place=REGION), {"geography_id": md5("R9")}),
    "a new country": (EcpFilters(place=COUNTRY), {"geography_id": md5("C1")}),
    "a tier": (EcpFilters(tier_id=True), {"tier_id": md5("tier2")}),
    "a status": (EcpFilters(status=True), {"status": "ACTIVE"}),
    "a region and a tier": (
        EcpFilters(place=REGION, tier_id=True),
        {"geography_id": md5("R3"), "tier_id": md5("tier4")},
    ),
    "a region, a tier and a status": (
        EcpFilters(place=REGION, tier_id=True, status=True),
        {"geography_id": md5("R3"), "tier_id": md5("tier1"), "status": "ACTIVE"},
    ),
}
# What is found in other ways, or counted one by one.
OTHERS: dict[str, tuple[EcpFilters, dict[str, Any]]] = {
    "several places": (EcpFilters(geography_ids=True), {"geography_ids": [md5("R3"), md5("T93")]}),
    "several tiers": (EcpFilters(tier_ids=True), {"tier_ids": [md5("tier3"), md5("tier4")]}),
    "several statuses": (EcpFilters(statuses=True), {"statuses": ["PENDING", "SUSPENDED"]}),
    "places, tiers and statuses": (
        EcpFilters(geography_ids=True, tier_ids=True, statuses=True),
        {"geography_ids": [md5("C1"), md5("T5")], "tier_ids": [md5("tier1")], "statuses": ["ACTIVE", "CLOSED"]},
    ),
    "a rare word": (EcpFilters(words=True), {"words": words_of("rare")}),
    "a common word": (EcpFilters(words=True), {"words": words_of("common")}),
    "an address": (EcpFilters(email_key=True), {"email_key": "ecp4711@example.org"}),
    "enrolled": (EcpFilters(enrolled_in=True), {"enrolled_in": UUID(int=1)}),
    "enrolled in a region": (
        EcpFilters(enrolled_in=True, place=REGION),
        {"enrolled_in": UUID(int=1), "geography_id": md5("R3")},
    ),
}
EVERYTHING = {**INDEXED, **OTHERS}
