"""Existing sections and submissions get their authors from the activity (R5)."""

from migrations import run as migrations
from tests.support.queries import execute, first_column

BEFORE = """
INSERT INTO account (id, display_name, created_at)
SELECT ('{zero}' || n)::uuid, 'Person ' || n, '2026-01-01Z' FROM generate_series(1, 4) AS n;
INSERT INTO scheme (id, code, revision, title, earning_channels, terms_version, materials, content_hash, revises,
    effective_at, created_by, created_at, updated_at)
VALUES ('{zero}5', 'SCH-5', 1, 'Live', '{{SALE}}', 1, '[]', 'sha256:', NULL, NULL, '{zero}1', '2026-01-01Z', now()),
    ('{zero}6', 'SCH-5', 2, 'Next', '{{SALE}}', 1, '[]', 'sha256:', '{zero}5', now(), '{zero}1', '2026-01-02Z', now());
INSERT INTO scheme_section (scheme_id, section, version, state, saved_at, saved_by)
SELECT scheme.id, section, 1, 'COMPLETE', now(), '{zero}2' FROM scheme, unnest(ARRAY['BASICS', 'PRODUCTS']) AS section;
INSERT INTO scheme_activity (id, scheme_id, kind, actor_id, at, message, section, version, changes)
SELECT gen_random_uuid(), ('{zero}' || scheme)::uuid, 'SCHEME_STEP_SAVED', ('{zero}' || actor)::uuid, at::timestamptz,
    '', section, version, '[]'
FROM (VALUES (5, 3, '2026-01-03Z', 'BASICS', 1), (5, 2, '2026-01-04Z', 'BASICS', 2), (5, 3, '2026-01-05Z', 'BASICS', 3),
    (5, 4, '2026-01-09Z', 'PRODUCTS', 1), (6, 4, '2026-01-04Z', 'BASICS', 2)
) AS saved (scheme, actor, at, section, version);
INSERT INTO scheme_submission (scheme_id, number, content_hash, content, acknowledged_warnings, submitted_by,
    submitted_at, decision, decided_by, decided_at)
VALUES ('{zero}5', 1, 'sha256:', '{{}}', '{{}}', '{zero}2', '2026-01-06Z', 'APPROVED', '{zero}3', '2026-01-07Z'),
    ('{zero}5', 2, 'sha256:', '{{}}', '{{}}', '{zero}2', '2026-01-10Z', NULL, NULL, NULL),
    ('{zero}6', 1, 'sha256:', '{{}}', '{{}}', '{zero}2', '2026-01-06Z', 'REJECTED', '{zero}4', '2026-01-07Z')
""".format(zero="00000000-0000-0000-0000-00000000000")
AUTHORS = "array_to_string(ARRAY(SELECT right(one::text, 1) FROM unnest(authors) AS one), ',')"


def test_authors_are_found_in_the_activity(url: str) -> None:
    """R5: everybody who saved a section, not only the last person; approvals by authors stay as they were allowed."""
    migrations.upgrade(url, "0007")
    execute(url, BEFORE)
    migrations.upgrade(url)
    found = first_column(
        url, f"SELECT concat_ws(' ', right(scheme_id::text, 1), section, {AUTHORS}) FROM scheme_section"
    )
    assert found == {"5 BASICS 1,3,2", "5 PRODUCTS 4", "6 BASICS 4", "6 PRODUCTS "}
    submissions = f"concat_ws(' ', right(scheme_id::text, 1), number, {AUTHORS}, authors_may_approve::text)"
    assert first_column(url, f"SELECT {submissions} FROM scheme_submission") == {
        "5 1 1,3,2 true",
        "5 2 1,3,2,4 false",
        "6 1 4 false",
    }
    migrations.downgrade(url, "0007")
    assert first_column(url, "SELECT count(*) FROM scheme_submission") == {"3"}
