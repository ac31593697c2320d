"""A million ECPs whose names, places, tiers and statuses are as unevenly spread as real ones."""

import asyncio
import hashlib
from typing import Final
from uuid import UUID

import asyncpg

from migrations import run as migrations

NAME: Final = "ecp_lists"

# Three countries, 36 regions and about 1,000 cities, the larger ones with many more ECPs than the others.
_PLACES: Final = """
INSERT INTO geography (id, code, name, level, sort_name, search_words)
SELECT md5('country' || n)::uuid, 'C' || n, (ARRAY['India', 'Nepal', 'Bhutan'])[n], 'COUNTRY', 'country', ''
FROM generate_series(1, 3) AS n;
INSERT INTO geography (id, code, name, level, parent_id, sort_name, search_words)
SELECT md5('region' || n)::uuid, 'R' || n, 'Region ' || n, 'REGION',
    md5('country' || CASE WHEN n <= 28 THEN 1 WHEN n <= 34 THEN 2 ELSE 3 END)::uuid, 'region', ''
FROM generate_series(1, 36) AS n;
INSERT INTO geography (id, code, name, level, parent_id, sort_name, search_words)
SELECT md5('city' || n)::uuid, 'T' || n, 'City ' || n, 'CITY', md5('region' || (1 + n % 36))::uuid, 'city', ''
FROM generate_series(0, 999) AS n;
INSERT INTO tier (id, code, name, rank)
SELECT md5('tier' || n)::uuid, 'TIER' || n, (ARRAY['Bronze', 'Silver', 'Gold', 'Platinum'])[n], n
FROM generate_series(1, 4) AS n;
INSERT INTO account (id, display_name, created_at, sort_name, search_words)
VALUES (md5('manager')::uuid, 'Manager', '2021-01-01Z', 'manager', 'manager');
INSERT INTO scheme (id, code, revision, title, earning_channels, terms_version, materials, content_hash, created_by,
    created_at, updated_at, sort_title, search_words)
SELECT md5('scheme' || n)::uuid, 'SCH-2026-00000' || n, 1, 'Scheme ' || n, '{SALE}', 1, '[]', '', md5('manager')::uuid,
    '2026-01-01Z', '2026-01-01Z', 'scheme', 'scheme' FROM generate_series(1, 2) AS n;
"""
# Syllables make a few thousand given and family names, of which some are far more common than others. The smaller
# countries joined late, so that their ECPs come last in every list by time.
_PEOPLE: Final = """
INSERT INTO ecp (id, code, display_name, practice, geography_id, region_id, country_id, tier_id, status, email, phone,
    email_key, registered_at, verified_at, suspended_reason, updated_at, sort_name, search_words)
SELECT uuidv7(), code, name, practice,
    md5('city' || city)::uuid, md5('region' || (1 + city % 36))::uuid,
    md5('country' || CASE WHEN 1 + city % 36 <= 28 THEN 1 WHEN 1 + city % 36 <= 34 THEN 2 ELSE 3 END)::uuid,
    CASE WHEN status <> 'PENDING' THEN
        md5('tier' || CASE WHEN r8 < 0.6 THEN 1 WHEN r8 < 0.85 THEN 2 WHEN r8 < 0.98 THEN 3 ELSE 4 END)::uuid END,
    status, 'ecp' || n || '@example.com', '+91 20 ' || (10000000 + n), 'ecp' || n || '@example.com', at,
    CASE WHEN status <> 'PENDING' THEN at + interval '2 days' END,
    CASE WHEN status = 'SUSPENDED' THEN 'Under review.' END, at, convert_to(lower(name), 'UTF8'),
    to_tsvector('simple', concat_ws(' ', replace(code, '-', ' '), name, practice))
FROM (
    SELECT drawn.*, format('ECP-%s-%s', 2021 + n * 5 / {ecps}, lpad(n::text, 7, '0')) AS code,
        initcap(a[1 + (36 * r1 * r1)::int % 36] || b[1 + (30 * r2)::int % 30]) || ' '
            || initcap(a[1 + (36 * r3)::int % 36] || b[1 + (30 * r4 * r4)::int % 30] || b[1 + (30 * r5)::int % 30])
            AS name,
        CASE WHEN r6 < 0.6 THEN initcap(b[1 + (30 * r5)::int % 30] || a[1 + (36 * r6)::int % 36])
            || (ARRAY[' Garage', ' Optics', ' Motors', ' Eye Care', ' Repairs'])[1 + (r7 * 5)::int % 5] END AS practice
    FROM (
    SELECT n, random() r1, random() r2, random() r3, random() r4, random() r5, random() r6, random() r7, random() r8,
        new_or_old.city - CASE WHEN n < {ecps} * 0.8 AND new_or_old.city % 36 >= 28 THEN 8 ELSE 0 END AS city,
        (ARRAY['PENDING', 'SUSPENDED', 'CLOSED', 'ACTIVE'])[least(4, 1 + (random() * 60)::int)] AS status,
        '2021-01-01Z'::timestamptz + n * interval '5 years' / {ecps} AS at,
        '{{ra,sha,vi,a,su,pra,ni,ma,de,ka,la,ba,san,har,go,mi,ro,ta,pa,sa,an,in,ut,jay,vik,man,kum,pri,di,ne,re,po,lu,ye,z,
        o}}'::text[] AS a,
        '{{sh,vi,ni,ra,j,ta,mar,na,ka,li,sa,ya,d,kar,nath,deep,raj,wal,ni,hal,pal,van,tul,resh,kant,veer,yan,bir,gi,
        i}}'::text[] AS b
    FROM (SELECT n, (1000 * power(random(), 2))::int % 1000 AS city FROM generate_series({first}, {last}) AS n OFFSET 0
    ) AS new_or_old OFFSET 0
    ) AS drawn
) AS named;
"""
# One scheme with an enrollment of every verified ECP, accepted or requested, and one with a thousand.
_ENROLLED: Final = """
INSERT INTO enrollment (id, scheme_id, ecp_id, status, terms_version, requested_at, requested_by, enrolled_at,
    decided_at, decided_by, reason, withdrawn_at)
SELECT uuidv7(), md5('scheme' || n)::uuid, ecp.id, status, 1, registered_at, md5('manager')::uuid,
    CASE WHEN status IN ('ENROLLED', 'WITHDRAWN') THEN registered_at END,
    CASE WHEN status <> 'PENDING' THEN registered_at END,
    CASE WHEN status <> 'PENDING' THEN md5('manager')::uuid END,
    CASE WHEN status = 'REJECTED' THEN 'Too far away.' END,
    CASE WHEN status = 'WITHDRAWN' THEN registered_at END
FROM generate_series(1, 2) AS n,
    LATERAL (SELECT id, registered_at,
            CASE get_byte(uuid_send(id), 13) % 32 WHEN 0 THEN 'PENDING' WHEN 1 THEN 'WITHDRAWN' WHEN 2 THEN 'REJECTED'
                ELSE 'ENROLLED' END AS status
        FROM ecp WHERE tier_id IS NOT NULL AND (n = 1 OR get_byte(uuid_send(id), 15) = 0
            AND get_byte(uuid_send(id), 14) < 64)) AS ecp;
"""


def key(name: str) -> UUID:
    """Compute `md5(name)::uuid` of PostgreSQL."""
    return UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest())


async def prepare(server_url: str, url: str, ecps: int, *, keep: bool) -> None:
    """Make the database with so many ECPs; with `keep` only if there is none."""
    connection = await asyncpg.connect(server_url)
    try:
        if keep and await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", NAME):
            return
        await connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {NAME}")
    finally:
        await connection.close()
    await asyncio.to_thread(migrations.upgrade, url)
    await _fill(url, ecps)


async def _fill(url: str, ecps: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_PLACES)
        # In portions, as people register.
        for first in range(1, ecps + 1, 100_000):
            last = min(first + 99_999, ecps)
            await connection.execute(_PEOPLE.format(ecps=ecps, first=first, last=last))
        await connection.execute(_ENROLLED)
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
