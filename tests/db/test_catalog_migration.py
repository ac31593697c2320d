"""The migration that gives categories ids: rules, contents, and hashes before and after."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import msgspec
import pytest
from sqlalchemy import make_url

from domain.schemes.content import SchemeContent, content_hash
from migrations import run as migrations

BEFORE, AFTER = "0013", "0014"
ZERO = "00000000-0000-0000-0000-00000000000"
MANAGER, APPROVER, SCHEME, DRAFT, RULE, OIL, GREASE, VARIANT, PLACE = (f"{ZERO}{number}" for number in range(1, 10))
BASICS = {
    "title": "Campaign",
    "channels": ["SALE"],
    "description": None,
    "enrollment_opens_on": None,
    "enrollment_closes_on": None,
    "starts_on": "2026-05-01",
    "ends_on": None,
    "terms_markdown": None,
    "budget": None,
    "materials": [{"title": "Poster", "url": "https://example.com/poster.pdf"}],
}
RULES = [
    {
        "id": RULE,
        "name": "Oils “é”",
        "condition": {
            "kind": "any",
            "conditions": [
                {"kind": "product", "product_ids": [GREASE], "categories": ["engine oils", "Gone"]},
                {"kind": "not", "condition": {"kind": "tier", "at_least": RULE}},
            ],
        },
        "reward": {"kind": "percentOfBase", "percent": "12.5"},
        "limits": {"times_per_ecp": 3},
    }
]
CONTENT: dict[str, Any] = {
    "basics": BASICS,
    "variant_ids": [VARIANT],
    "geography_ids": [PLACE],
    "coupon_values": [{"variant_id": VARIANT, "base_points": 10, "planned_quantity": 100}],
    "rules": RULES,
}
TEXT = json.dumps(CONTENT, ensure_ascii=False, separators=(",", ":"))
HASH = f"sha256:{hashlib.sha256(TEXT.encode()).hexdigest()}"
CHANGES = [{"field": "rules", "before": [], "after": RULES}, {"field": "budget", "before": None, "after": 5}]
MOMENT = "'2026-02-01Z'"
ROWS = f"""
INSERT INTO account (id, display_name, created_at, sort_name, search_words)
VALUES ('{MANAGER}', 'Manager', {MOMENT}, '', ''), ('{APPROVER}', 'Approver', {MOMENT}, '', '');
INSERT INTO tier (id, code, name, rank) VALUES ('{RULE}', 'GOLD', 'Gold', 3);
INSERT INTO geography (id, code, name, level, sort_name, search_words)
VALUES ('{PLACE}', 'IN', 'India', 'COUNTRY', '', '');
INSERT INTO product (id, name, category, brand, name_key, sort_name, search_words)
VALUES ('{OIL}', 'Oil', 'Engine oils', 'B', 'oil', '', ''),
    ('{GREASE}', 'Grease', 'engine oils', 'B', 'grease', '', ''),
    ('{MANAGER}', 'Wax', 'Car care', 'B', 'wax', '', ''), ('{APPROVER}', 'Soap', 'CAR  care', 'B', 'soap', '', '');
INSERT INTO variant (id, sku, name, product_id, search_words) VALUES ('{VARIANT}', 'OIL-1', '1 liter', '{OIL}', '');
INSERT INTO scheme (id, code, revision, title, earning_channels, starts_on, terms_version, materials, content_hash,
    created_by, created_at, updated_at, sort_title, search_words)
SELECT id::uuid, 'SCH-' || right(id, 1), 1, 'Campaign', '{{SALE}}', '2026-05-01', 0,
    '{json.dumps(BASICS["materials"])}', $1, '{MANAGER}', {MOMENT}, {MOMENT}, '', ''
FROM unnest(ARRAY['{SCHEME}', '{DRAFT}']) AS id;
"""
OF_SCHEMES = f"""
INSERT INTO scheme_variant (scheme_id, variant_id, base_points, planned_quantity)
SELECT id, '{VARIANT}', 10, 100 FROM scheme;
INSERT INTO scheme_geography (scheme_id, geography_id) SELECT id, '{PLACE}' FROM scheme;
INSERT INTO bonus_rule (scheme_id, id, position, document) SELECT id, '{RULE}', 1, '{json.dumps(RULES[0])}' FROM scheme;
INSERT INTO scheme_submission (scheme_id, number, content_hash, content, acknowledged_warnings, submitted_by,
    submitted_at)
VALUES ('{SCHEME}', 1, '{HASH}', '{TEXT}', '{{}}', '{MANAGER}', {MOMENT}),
    ('{DRAFT}', 1, 'sha256:of another form', '{TEXT}', '{{}}', '{MANAGER}', {MOMENT});
INSERT INTO scheme_revision (scheme_id, number, content_hash, content, effective_at, approved_at, approved_by)
VALUES ('{SCHEME}', 1, '{HASH}', '{TEXT}', {MOMENT}, {MOMENT}, '{APPROVER}');
INSERT INTO scheme_activity (id, scheme_id, kind, actor_id, at, fact, section, version, changes)
VALUES ('{MANAGER}', '{SCHEME}', 'SCHEME_STEP_SAVED', '{MANAGER}', {MOMENT},
    '{{"kind": "asWritten", "text": "Saved."}}', 'BONUS_RULES', 1, '{json.dumps(CHANGES)}');
"""
STORED = """
SELECT 'rule', scheme_id, document FROM bonus_rule
UNION ALL SELECT 'submission ' || content_hash, scheme_id, content FROM scheme_submission
UNION ALL SELECT 'revision ' || content_hash, scheme_id, content FROM scheme_revision
UNION ALL SELECT 'activity', scheme_id, changes FROM scheme_activity
UNION ALL SELECT 'scheme ' || content_hash, id, '{}' FROM scheme
UNION ALL SELECT 'product', id, to_jsonb(category) FROM product ORDER BY 1, 2
"""


@pytest.fixture
def url(server_url: str, worker_id: str) -> Iterator[str]:
    """A database of the version before with schemes whose rules name categories."""
    name = f"test_catalog_migration_{worker_id}"
    _run(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _run(server_url, f"CREATE DATABASE {name} TEMPLATE template0")
    found = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    migrations.upgrade(found, BEFORE)
    _run(found, ROWS.replace("$1", f"'{HASH}'") + OF_SCHEMES)
    yield found
    _run(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def test_rules_name_categories_by_id_and_hashes_follow(url: str) -> None:
    """R5: a pending submission stays current, because all hashes change together. Hashes of other forms stay."""
    migrations.upgrade(url, AFTER)
    ids = {row[0]: str(row[1]) for row in _rows(url, "SELECT name, id FROM category")}
    contents = _rows(
        url,
        "SELECT content::text, content_hash FROM scheme_submission UNION ALL "
        "SELECT content::text, content_hash FROM scheme_revision ORDER BY 2",
    )
    decoded = [msgspec.json.decode(text, type=SchemeContent) for text, _ in contents]
    expected = content_hash(decoded[0])
    assert expected != HASH
    assert [found for _, found in contents] == [expected, expected, "sha256:of another form"]
    assert {row[0] for row in _rows(url, "SELECT content_hash FROM scheme")} == {expected}
    (found,) = {json.dumps(msgspec.to_builtins(content.rules), sort_keys=True) for content in decoded}
    wanted = json.loads(json.dumps(RULES))
    clause = wanted[0]["condition"]["conditions"][0]
    del clause["categories"]
    clause["category_ids"] = [ids["engine oils (2)"], ids["Gone"]]
    assert json.loads(found) == wanted
    (document,) = {row[0] for row in _rows(url, "SELECT document::text FROM bonus_rule")}
    (changes,) = {row[0] for row in _rows(url, "SELECT changes::text FROM scheme_activity")}
    assert json.loads(document) == wanted[0]
    assert json.loads(changes) == [{"field": "rules", "before": [], "after": wanted}, CHANGES[1]]


def test_names_that_rules_tell_apart_stay_different(url: str) -> None:
    """Others that differ only in case and spacing become one."""
    migrations.upgrade(url, AFTER)
    products = (
        "SELECT product.name, product.category, category.name_key "
        "FROM product JOIN category ON category_id = category.id"
    )
    assert {tuple(row) for row in _rows(url, products)} == {
        ("Oil", "Engine oils", "engine oils"),
        ("Grease", "engine oils (2)", "engine oils (2)"),
        ("Wax", "CAR  care", "car care"),
        ("Soap", "CAR  care", "car care"),
    }
    assert len(_rows(url, "SELECT FROM category")) == 4


def test_everything_is_valid_for_the_whole_past(url: str) -> None:
    migrations.upgrade(url, AFTER)
    for table, entry in (("tier", "tier"), ("geography", "geography"), ("product", "product")):
        kept = _rows(url, f"SELECT {entry}_id, valid_from = '-infinity' FROM {table}_version")
        assert {tuple(row) for row in kept} == {(row[0], True) for row in _rows(url, f"SELECT id FROM {table}")}


def test_going_back_restores_the_names(url: str) -> None:
    """A category that was renamed meanwhile has its new name in all rules."""
    migrations.upgrade(url, AFTER)
    _run(url, "UPDATE category SET name = 'engine oils', name_key = 'another' WHERE name = 'engine oils (2)'")
    _run(url, "UPDATE category SET name = 'Car care' WHERE name = 'CAR  care'")
    migrations.downgrade(url, BEFORE)
    rows = {(row[0], str(row[1])): json.loads(row[2]) for row in _rows(url, STORED)}
    assert rows == {
        **{("rule", key): RULES[0] for key in (SCHEME, DRAFT)},
        ("submission " + HASH, SCHEME): CONTENT,
        ("submission sha256:of another form", DRAFT): CONTENT,
        ("revision " + HASH, SCHEME): CONTENT,
        ("activity", SCHEME): CHANGES,
        **{("scheme " + HASH, key): {} for key in (SCHEME, DRAFT)},
        ("product", OIL): "Engine oils",
        ("product", GREASE): "engine oils",
        ("product", MANAGER): "Car care",
        ("product", APPROVER): "Car care",
    }


def _rows(url: str, query: str) -> list[Any]:
    async def fetch() -> list[Any]:
        connection = await asyncpg.connect(url)
        try:
            return list(await connection.fetch(query))
        finally:
            await connection.close()

    return asyncio.run(fetch())


def _run(url: str, statement: str) -> None:
    async def execute() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute())
