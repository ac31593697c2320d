"""Migration 0009 makes keys of existing texts, and copes with texts that have one key (N1)."""

import asyncpg
import pytest

from migrations import run as migrations
from tests.support.queries import execute
from tests.support.queries import first_column as rows

ZERO = "00000000-0000-0000-0000-00000000000"
DECOMPOSED, COMPOSED, CAPITAL = "jose\u0301", "jos\u00e9", "JOS\u00c9"
HINDI = "हिन्दी"
BEFORE = f"""
INSERT INTO account (id, display_name, email, created_at) VALUES
    ('{ZERO}1', '{DECOMPOSED}', '{DECOMPOSED}@x.org', '2026-01-01Z'),
    ('{ZERO}2', 'Zoe', '{CAPITAL}@x.org', '2026-01-01Z'), ('{ZERO}3', 'Ana', 'Ana@x.org', '2026-01-01Z'),
    ('{ZERO}4', 'Änne', NULL, '2026-01-01Z');
INSERT INTO product (id, name, category, brand) VALUES ('{ZERO}5', 'Engine  Oil', 'Oils', 'B'),
    ('{ZERO}6', 'engine oil', 'oils', 'B'), ('{ZERO}7', '{HINDI}', 'Oils', 'B');
INSERT INTO geography (id, code, name, level) VALUES ('{ZERO}8', 'IN', 'India', 'COUNTRY');
INSERT INTO ecp (id, code, display_name, geography_id, country_id, status, email, registered_at, updated_at) VALUES
    ('{ZERO}a', 'ECP-1', 'Asha', '{ZERO}8', '{ZERO}8', 'PENDING', 'straße@x.org', '2026-01-01Z', '2026-01-01Z'),
    ('{ZERO}b', 'ECP-2', 'Binod', '{ZERO}8', '{ZERO}8', 'PENDING', 'STRASSE@x.org', '2026-01-01Z', '2026-01-01Z');
INSERT INTO ecp_activity (source, external_id, ecp_id, kind, occurred_at, recorded_at, recorded_by)
SELECT source, 'a-1', '{ZERO}a', 'REFERRAL', now(), now(), '{ZERO}1' FROM (VALUES ('LMS'), ('lms')) AS of (source);
"""
# What is found after the upgrade. A row that lost its key keeps its text as it was.
AFTER = {
    "SELECT concat_ws(' ', right(id::text, 1), display_name, email, email_key) FROM account": {
        f"1 {COMPOSED} {DECOMPOSED}@x.org {COMPOSED}@x.org",
        f"2 Zoe {CAPITAL}@x.org",
        "3 Ana Ana@x.org ana@x.org",
        "4 Änne",
    },
    "SELECT concat_ws('/', right(id::text, 1), name, name_key) FROM product": {
        "5/Engine  Oil/engine oil",
        "6/engine oil",
        f"7/{HINDI}/{HINDI}",
    },
    "SELECT concat_ws(' ', code, email, email_key) FROM ecp": {
        "ECP-1 straße@x.org strasse@x.org",
        "ECP-2 STRASSE@x.org",
    },
    "SELECT concat_ws(' ', source, source_key) FROM ecp_activity": {"LMS lms", "lms"},
    "SELECT string_agg(display_name, ' ' ORDER BY sort_name) FROM account": {f"Ana Änne {COMPOSED} Zoe"},
    "SELECT right(id::text, 1) FROM account WHERE search_words @@ $$'jose':*$$": {"1", "2"},
    "SELECT right(id::text, 1) FROM product WHERE search_words @@ $$'द':*$$": set(),
    f"SELECT right(id::text, 1) FROM product WHERE search_words @@ $$'{HINDI}'$$": {"7"},
    "SELECT code FROM ecp WHERE search_words @@ $$'ecp' & '2' & 'bino':*$$": {"ECP-2"},
}


@pytest.fixture
def before(url: str) -> str:
    """A database as it was before, with texts that have one key."""
    migrations.upgrade(url, "0008")
    execute(url, BEFORE)
    return url


def test_rows_with_one_key_stay_as_they_are(before: str) -> None:
    """The older row has the key; nothing is lost, renamed, or merged."""
    migrations.upgrade(before, "0009")
    assert {query: rows(before, query) for query in AFTER} == AFTER
    with pytest.raises(asyncpg.UniqueViolationError, match="uq_ecp__email_key"):
        execute(before, "UPDATE ecp SET email_key = 'strasse@x.org'")


def test_going_back_and_up_again_gives_the_same(before: str) -> None:
    migrations.upgrade(before, "0009")
    migrations.downgrade(before, "0008")
    assert rows(before, "SELECT string_agg(email, ' ' ORDER BY id) FROM ecp") == {"straße@x.org STRASSE@x.org"}
    assert rows(before, "SELECT code FROM ecp WHERE search_words @@ to_tsquery('simple', 'bino:*')") == {"ECP-2"}
    migrations.upgrade(before, "0009")
    assert {query: rows(before, query) for query in AFTER} == AFTER
