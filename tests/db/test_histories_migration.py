"""Histories of ECPs and enrollments begin with what a database of the version before knows."""

from migrations import run as migrations
from tests.support.queries import execute, first_column

BEFORE_HISTORIES = """
INSERT INTO account (id, display_name, created_at) VALUES ('{zero}1', 'Manager', '2026-01-01Z'),
    ('{zero}2', 'Ecp', '2026-01-01Z');
INSERT INTO tier (id, code, name, rank) VALUES ('{zero}3', 'GOLD', 'Gold', 1);
INSERT INTO geography (id, code, name, level) VALUES ('{zero}4', 'IN', 'India', 'COUNTRY');
INSERT INTO scheme (id, code, revision, title, earning_channels, terms_version, materials, content_hash, created_by,
    created_at, updated_at)
VALUES ('{zero}5', 'SCH-5', 1, 'Campaign', '{{SALE}}', 2, '[]', 'sha256:', '{zero}1', '2026-01-01Z', '2026-01-01Z');
INSERT INTO ecp (id, code, account_id, display_name, geography_id, country_id, tier_id, status, registered_at,
    verified_at, suspended_reason, erased_at, erased_by, erased_reason, updated_at)
SELECT ('{ecp}' || right(known.code, 1))::uuid, known.code, account_id::uuid, 'Somebody', '{zero}4', '{zero}4',
    CASE WHEN verified_at IS NOT NULL THEN '{zero}3'::uuid END, status, '2026-01-01Z', verified_at::timestamptz,
    CASE status WHEN 'SUSPENDED' THEN 'Why.' END, erased_at::timestamptz,
    CASE WHEN erased_at IS NOT NULL THEN '{zero}1'::uuid END, CASE WHEN erased_at IS NOT NULL THEN 'Why.' END,
    updated_at::timestamptz
FROM (VALUES
    ('registered 1', NULL, 'PENDING', NULL, NULL, '2026-01-01Z'),
    ('verified, corrected later 2', '{zero}2', 'ACTIVE', '2026-02-01Z', NULL, '2026-02-09Z'),
    ('suspended, corrected later 3', NULL, 'SUSPENDED', '2026-02-01Z', NULL, '2026-03-09Z'),
    ('reinstated 4', NULL, 'ACTIVE', '2026-02-01Z', NULL, '2026-04-01Z'),
    ('erased while suspended 5', NULL, 'CLOSED', '2026-02-01Z', '2026-05-01Z', '2026-05-01Z'),
    ('erased before verification 6', NULL, 'CLOSED', NULL, '2026-05-01Z', '2026-05-01Z'),
    ('suspended, and no event is left 7', NULL, 'SUSPENDED', '2026-02-01Z', NULL, '2026-06-01Z')
) AS known (code, account_id, status, verified_at, erased_at, updated_at);
INSERT INTO event (kind, object_id, recorded_at)
SELECT kind, ('{ecp}' || ecp)::uuid, recorded_at::timestamptz
FROM (VALUES ('ECP_REGISTERED', 2, '2026-01-01Z'), ('ECP_VERIFIED', 2, '2026-02-01Z'),
    ('ECP_UPDATED', 2, '2026-02-09Z'), ('ECP_SUSPENDED', 3, '2026-03-01Z'), ('ECP_SUSPENDED', 4, '2026-03-01Z'),
    ('ECP_VERIFIED', 4, '2026-04-01Z'), ('ECP_SUSPENDED', 5, '2026-03-01Z'), ('ECP_ERASED', 5, '2026-05-01Z')
) AS known (kind, ecp, recorded_at);
INSERT INTO enrollment (id, scheme_id, ecp_id, status, terms_version, requested_at, requested_by, enrolled_at,
    decided_at, decided_by, reason, withdrawn_at)
SELECT ('{zero}' || ecp)::uuid, '{zero}5', ('{ecp}' || ecp)::uuid, status, ecp % 2 + 1, requested_at::timestamptz,
    '{zero}2', enrolled_at::timestamptz, enrolled_at::timestamptz,
    CASE WHEN enrolled_at IS NOT NULL THEN '{zero}1'::uuid END, CASE status WHEN 'REJECTED' THEN 'Why.' END,
    withdrawn_at::timestamptz
FROM (VALUES
    (2, 'ENROLLED', '2026-02-02Z', '2026-02-03Z', NULL), -- renewed: what it replaced is gone
    (3, 'WITHDRAWN', '2026-02-02Z', '2026-02-03Z', '2026-02-04Z'),
    (4, 'WITHDRAWN', '2026-02-02Z', '2026-02-04Z', '2026-02-03Z'), -- by a server whose clock was behind
    (5, 'WITHDRAWN', '2026-02-02Z', NULL, '2026-02-03Z'),
    (6, 'PENDING', '2026-02-02Z', NULL, NULL),
    (7, 'REJECTED', '2026-02-02Z', NULL, NULL)
) AS known (ecp, status, requested_at, enrolled_at, withdrawn_at);
""".format(zero="00000000-0000-0000-0000-00000000000", ecp="00000000-0000-0000-0000-00000000001")
VERSIONS = """
SELECT concat_ws(' ', right(ecp_id::text, 1), to_char(valid_from AT TIME ZONE 'UTC', 'MM-DD'), status,
    right(tier_id::text, 1), right(geography_id::text, 1)) FROM ecp_version
"""
ENROLLMENTS = """
SELECT concat_ws(' ', right(ecp_id::text, 1), status, terms_version, {days}) FROM enrollment
"""
DAYS = "to_char(requested_at AT TIME ZONE 'UTC', 'MM-DD'), to_char(enrolled_at AT TIME ZONE 'UTC', 'MM-DD')"


def test_ecps_and_enrollments_begin_their_history_with_what_is_known(url: str) -> None:
    """R18, N6: events date suspensions; nothing that was stored changes, except an end before its beginning."""
    migrations.upgrade(url, "0007")
    execute(url, BEFORE_HISTORIES)
    kept = ENROLLMENTS.format(days=DAYS)
    before = first_column(url, kept)
    migrations.upgrade(url, "0010")
    assert first_column(url, VERSIONS) == {
        "1 01-01 PENDING 4",
        *{"2 01-01 PENDING 4", "2 02-01 ACTIVE 3 4"},
        *{"3 01-01 PENDING 4", "3 02-01 ACTIVE 3 4", "3 03-01 SUSPENDED 3 4"},
        *{"4 01-01 PENDING 4", "4 02-01 ACTIVE 3 4", "4 03-01 SUSPENDED 3 4", "4 04-01 ACTIVE 3 4"},
        *{"5 01-01 PENDING 4", "5 02-01 ACTIVE 3 4", "5 03-01 SUSPENDED 3 4", "5 05-01 CLOSED 3 4"},
        *{"6 01-01 PENDING 4", "6 05-01 CLOSED 4"},
        *{"7 01-01 PENDING 4", "7 02-01 ACTIVE 3 4", "7 06-01 SUSPENDED 3 4"},
    }
    assert first_column(url, kept) == before
    ended = (
        "to_char(withdrawn_at AT TIME ZONE 'UTC', 'DD'), 'first', to_char(first_enrolled_at AT TIME ZONE 'UTC', 'DD')"
    )
    assert first_column(url, ENROLLMENTS.format(days=ended)) == {
        "2 ENROLLED 1 first 03",
        "3 WITHDRAWN 2 04 first 03",
        "4 WITHDRAWN 1 04 first 04",
        "5 WITHDRAWN 2 03 first",
        "6 PENDING 1 first",
        "7 REJECTED 2 first",
    }
    assert first_column(url, "SELECT count(*) FROM past_enrollment") == {"0"}


def test_servers_of_the_release_before_lose_no_history(url: str) -> None:
    """R18: they know neither table, and replace applications and change ECPs as they always did."""
    migrations.upgrade(url, "0007")
    execute(url, BEFORE_HISTORIES)
    migrations.upgrade(url, "0010")
    execute(
        url,
        "UPDATE enrollment SET id = id, status = 'ENROLLED', requested_at = '2026-07-01Z', "
        "enrolled_at = '2026-07-02Z', withdrawn_at = NULL WHERE right(id::text, 1) = '3'; "
        "UPDATE ecp SET status = 'ACTIVE', suspended_reason = NULL, updated_at = '2026-07-03Z' "
        "WHERE right(id::text, 1) = '3'",
    )
    past = f"SELECT concat_ws(' ', right(enrollment_id::text, 1), status, terms_version, {DAYS}) FROM past_enrollment"
    assert first_column(url, past) == {"3 WITHDRAWN 2 02-02 02-03"}
    first = "SELECT first_enrolled_at = '2026-02-03Z' FROM enrollment WHERE right(id::text, 1) = '3'"
    assert first_column(url, first) == {"True"}
    assert "3 07-03 ACTIVE 3 4" in first_column(url, VERSIONS)
    current = first_column(url, ENROLLMENTS.format(days=DAYS))
    assert "3 ENROLLED 2 07-01 07-02" in current
    migrations.downgrade(url, "0007")
    assert first_column(url, ENROLLMENTS.format(days=DAYS)) == current
    migrations.upgrade(url, "0010")
    assert first_column(url, ENROLLMENTS.format(days=DAYS)) == current
