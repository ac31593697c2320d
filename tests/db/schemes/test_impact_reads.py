"""Schemes that a change of the catalog affects are found through indexes, however many schemes there are."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from db.database import Database
from db.schemes.impact_reads import AFFECTED_BY_PLACES, AFFECTED_BY_PRODUCTS, AFFECTED_BY_RULES, mentions
from db.statement import Statement
from tests.support.many_ecps import md5
from tests.support.plans import RUN, blocks, explained, kinds, nodes

SCHEMES = 5_000
# Each scheme has rules about one of a thousand tiers, categories and places, a place, and a variant.
FILL = f"""
INSERT INTO account (id, display_name, created_at, sort_name, search_words)
VALUES ('{UUID(int=1)}', 'Manager', '2026-01-01Z', '', '');
INSERT INTO geography (id, code, name, level, sort_name, search_words)
SELECT md5('place' || n)::uuid, 'G' || n, 'G', 'COUNTRY', '', ''
FROM generate_series(0, 999) AS n;
INSERT INTO category (id, name, name_key) VALUES (md5('category')::uuid, 'Oil', 'oil');
INSERT INTO product (id, name, category_id, category, brand, name_key, sort_name, search_words)
SELECT md5('product' || n)::uuid, 'P' || n, md5('category')::uuid, 'Oil', 'B', 'p' || n, '', ''
FROM generate_series(0, 999) AS n;
INSERT INTO variant (id, sku, name, product_id, search_words)
SELECT md5('variant' || n)::uuid, 'V' || n, 'V', md5('product' || n)::uuid, '' FROM generate_series(0, 999) AS n;
INSERT INTO scheme (id, code, revision, title, earning_channels, terms_version, materials, content_hash, approved_at,
    created_by, created_at, updated_at, sort_title, search_words)
SELECT md5('scheme' || n)::uuid, 'SCH-' || n, 1, 'Scheme', '{{SALE}}', 1, '[]', '', now(),
    '{UUID(int=1)}', now(), now(), '', ''
FROM generate_series(1, {SCHEMES}) AS n;
INSERT INTO bonus_rule (scheme_id, id, position, document)
SELECT md5('scheme' || n)::uuid, md5('rule' || n || clause)::uuid, 1, jsonb_build_object('id', md5('rule' || n)::uuid,
    'name', 'Rule', 'reward', '{{"kind": "flatPoints", "points": 5}}'::jsonb, 'condition', jsonb_build_object(
        'kind', 'all', 'conditions', jsonb_build_array(CASE clause
            WHEN 0 THEN jsonb_build_object('kind', 'tier', 'at_least', md5('tier' || n % 1000)::uuid)
            WHEN 1 THEN jsonb_build_object('kind', 'geography', 'geography_ids', ARRAY[md5('place' || n % 1000)::uuid])
            ELSE jsonb_build_object('kind', 'product', 'category_ids', ARRAY[md5('category' || n % 1000)::uuid])
        END)))
FROM generate_series(1, {SCHEMES}) AS n CROSS JOIN generate_series(0, 2) AS clause;
INSERT INTO scheme_geography (scheme_id, geography_id)
SELECT md5('scheme' || n)::uuid, md5('place' || n % 1000)::uuid FROM generate_series(1, {SCHEMES}) AS n;
INSERT INTO scheme_variant (scheme_id, variant_id)
SELECT md5('scheme' || n)::uuid, md5('variant' || n % 1000)::uuid FROM generate_series(1, {SCHEMES}) AS n;
"""
TODAY = date(2026, 3, 10)
FOUND = ["SCH-17", *(f"SCH-{thousand}017" for thousand in range(1, 5))]
PLACE, OTHER = md5("place17"), md5("place18")
CASES: dict[str, tuple[Statement[Any], dict[str, Any], list[str]]] = {
    "ranks": (
        AFFECTED_BY_RULES,
        {"mentions": mentions("at_least", [UUID(md5("tier17")), UUID(int=5)])},
        FOUND,
    ),
    "a place": (
        AFFECTED_BY_PLACES,
        {
            "before": [PLACE],
            "after": [OTHER],
            "changed": [PLACE, OTHER],
            "mentions": mentions("geography_ids[*]", [UUID(PLACE), UUID(OTHER)]),
        },
        [*FOUND, *(code.replace("17", "18") for code in FOUND)],
    ),
    "a category": (
        AFFECTED_BY_PRODUCTS,
        {"products": [md5("product17")], "mentions": mentions("category_ids[*]", [UUID(md5("category17"))])},
        FOUND,
    ),
    "a category of other products": (
        AFFECTED_BY_PRODUCTS,
        {"products": [md5("product18")], "mentions": mentions("category_ids[*]", [UUID(md5("category17"))])},
        [],
    ),
}


@pytest.fixture
async def many(database: Database, database_url: str) -> AsyncIterator[Any]:
    """A connection to a database with thousands of live schemes."""
    del database
    connection = await asyncpg.connect(database_url)
    await connection.execute(FILL)
    await connection.execute("VACUUM ANALYZE scheme, bonus_rule, scheme_geography, scheme_variant, variant")
    yield connection
    await connection.close()


async def test_affected_schemes_are_found_by_index(many: Any) -> None:
    for name, (statement, parameters, codes) in CASES.items():
        arguments = statement.arguments({"today": TODAY, **parameters})
        rows = await many.fetch(statement.sql, *arguments)
        assert sorted(row["code"] for row in rows) == sorted(codes), name
        plan = await explained(many, statement, arguments, RUN)
        scanned = {node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan"}
        assert not scanned & {"scheme", "bonus_rule", "scheme_geography", "scheme_variant"}, (name, kinds(plan))
        assert blocks(plan) < 500, (name, blocks(plan))
