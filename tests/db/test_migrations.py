"""Migrations create the schema of the models, can be reverted, and every difference is found."""

import re
from uuid import UUID

import msgspec
import pytest

from db.metadata import METADATA
from domain.rules.stored_facts import ReachAsWritten, ReachStep, RuleReach
from domain.schemes.stored_facts import StageBlock, StageRejected
from domain.stored_facts import AsWritten
from domain.webhooks.stored_facts import DISABLE_REASON_DECODER
from migrations import run as migrations
from tests.support.queries import execute as _execute
from tests.support.queries import first_column as _rows
from tests.support.queries import records
from tests.support.stored_facts import STORED_FACTS, render_again


def test_migrations_run_up_down_and_up_again(url: str) -> None:
    """R27: up from nothing, no difference to the models; down to nothing at all, and up again."""
    assert _things(url) == set()
    migrations.upgrade(url)
    assert {table.name for table in METADATA.sorted_tables} | {"alembic_version"} == _tables(url)
    migrations.check(url)
    made = _things(url)
    migrations.upgrade(url)
    assert _things(url) == made
    migrations.downgrade(url, "base")
    assert {name for name in _things(url) if "alembic_version" not in name} == set()
    migrations.upgrade(url)
    assert _things(url) == made
    migrations.check(url)


DIFFERENCES = {
    "ALTER TABLE vendor ADD phone text": r"'remove_column', None, 'vendor', Column\('phone'",
    "ALTER TABLE vendor DROP city CASCADE": r"'add_column', None, 'vendor', Column\('city'",
    "CREATE TABLE stranger (id int)": r"'remove_table', Table\('stranger'",
    "DROP TABLE code_counter": r"'add_table', Table\('code_counter'",
    "DROP INDEX ix_scheme__updated_at": r"'add_index', Index\('ix_scheme__updated_at'",
    "DROP INDEX uq_tier__rank; CREATE INDEX uq_tier__rank ON tier (rank)": r"'add_index', Index\('uq_tier__rank'",
    "ALTER TABLE tier ALTER name DROP NOT NULL": r"'modify_nullable', None, 'tier', 'name'",
    "ALTER TABLE tier ALTER rank TYPE bigint": r"'modify_type', None, 'tier', 'rank'",
    "ALTER TABLE api_key DROP CONSTRAINT fk_api_key__created_by": r"'add_fk', ForeignKeyConstraint",
}


def test_every_kind_of_difference_is_found(migrated_url: str) -> None:
    """The check can fail: it names each thing that the models and the database do not share."""
    for change in DIFFERENCES:
        _execute(migrated_url, change)
    with pytest.raises(migrations.SchemaDiffers) as found:
        migrations.check(migrated_url)
    missing = [change for change, pattern in DIFFERENCES.items() if not re.search(pattern, str(found.value))]
    assert missing == []


def test_a_single_added_column_is_found(migrated_url: str) -> None:
    """One difference is enough."""
    _execute(migrated_url, "ALTER TABLE scheme ADD secret text")
    with pytest.raises(migrations.SchemaDiffers, match="secret"):
        migrations.check(migrated_url)


def test_every_check_of_the_models_is_in_the_database(migrated_url: str) -> None:
    """Alembic does not compare CHECK constraints, so this does: by name."""
    wanted = {
        str(constraint.name)
        for table in METADATA.sorted_tables
        for constraint in table.constraints
        if str(constraint.name).startswith("ck_")
    }
    found = _rows(
        migrated_url, "SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    )
    assert found == wanted


BEFORE_REVISIONS = """
INSERT INTO account (id, display_name, created_at) VALUES ('{zero}1', 'Manager', '2026-01-01Z'),
    ('{zero}2', 'Approver', '2026-01-01Z');
INSERT INTO scheme (id, code, revision, title, earning_channels, terms_version, materials, content_hash, submitted_at,
    approved_at, created_by, created_at, updated_at)
SELECT ('{zero}' || n)::uuid, 'SCH-' || n, 1, 'Campaign', '{{SALE}}', 1, '[]', 'sha256:', '2026-02-01Z',
    CASE WHEN n = 3 THEN TIMESTAMPTZ '2026-02-03Z' END, '{zero}1', '2026-01-01Z', '2026-02-03Z'
FROM generate_series(3, 5) AS n;
INSERT INTO scheme_submission (scheme_id, number, content_hash, content, acknowledged_warnings, submitted_by,
    submitted_at, decision, decided_by, decided_at)
VALUES ('{zero}3', 1, 'sha256:1', '{{}}', '{{}}', '{zero}1', '2026-02-01Z',
        'CHANGES_REQUESTED', '{zero}2', '2026-02-02Z'),
    ('{zero}3', 2, 'sha256:2', '{{"n": 2}}', '{{}}', '{zero}1', '2026-02-02Z', 'APPROVED', '{zero}2', '2026-02-03Z'),
    ('{zero}4', 1, 'sha256:1', '{{}}', '{{}}', '{zero}1', '2026-02-01Z', 'REJECTED', '{zero}2', '2026-02-04Z'),
    ('{zero}5', 1, 'sha256:1', '{{}}', '{{}}', '{zero}1', '2026-02-01Z', NULL, NULL, NULL);
""".format(zero="00000000-0000-0000-0000-00000000000")


def test_approved_schemes_get_a_first_revision(url: str) -> None:
    """R5: it is valued by what was approved, from then on; rejected schemes are marked, and the others stay open."""
    migrations.upgrade(url, "0003")
    _execute(url, BEFORE_REVISIONS)
    migrations.upgrade(url)
    first = (
        "SELECT (right(scheme_id::text, 1), number, content_hash, content, effective_at, approved_at, "
        "right(approved_by::text, 1))::text FROM scheme_revision"
    )
    moment = '"2026-02-03 00:00:00+00"'
    assert _rows(url, first) == {f'(3,1,sha256:2,"{{""n"": 2}}",{moment},{moment},2)'}
    times = "SELECT (right(id::text, 1), rejected_at, terms_published_at, effective_at)::text FROM scheme"
    assert _rows(url, times) == {f"(3,,{moment},)", '(4,"2026-02-04 00:00:00+00",,)', "(5,,,)"}
    migrations.downgrade(url, "0003")
    assert _rows(url, "SELECT count(*) FROM scheme") == {"3"}


BEFORE_SUBJECTS = """
INSERT INTO event (kind, object_id, scheme_id, account_id, recorded_at) VALUES
    ('SCHEME_CREATED', '{zero}1', '{zero}2', NULL, now()),
    ('NOTIFICATION_ADDED', '{zero}3', NULL, '{zero}4', now()),
    ('TIER_SAVED', '{zero}5', NULL, NULL, now())
""".format(zero="00000000-0000-0000-0000-00000000000")
WITH_SUBJECTS = """
INSERT INTO event (kind, object_id, subject_kinds, subject_ids, recorded_at) VALUES
    ('ENROLLMENT_DECIDED', '{zero}6', '{{ECP,SCHEME}}', '{{{zero}7,{zero}8}}', now())
""".format(zero="00000000-0000-0000-0000-00000000000")
SUBJECTS = """
SELECT concat_ws(' ', kind, subject_kinds, array(SELECT right(one::text, 1) FROM unnest(subject_ids) AS one)) FROM event
"""
INDEXED = """
SELECT concat_ws(' ', event.kind, subject_kind, right(subject_id::text, 1))
FROM event_subject JOIN event USING (xid, id) WHERE event.kind = event_subject.kind
"""
COLUMNS = "SELECT concat_ws(' ', kind, right(scheme_id::text, 1), right(account_id::text, 1)) FROM event"


def test_events_name_the_subjects_that_were_columns(url: str) -> None:
    """Servers of the release before write and read their columns meanwhile; afterwards the arrays hold everything."""
    migrations.upgrade(url, "0004")
    _execute(url, BEFORE_SUBJECTS)
    migrations.upgrade(url, "0005")
    _execute(url, BEFORE_SUBJECTS.replace("_CREATED", "_APPROVED"))
    _execute(url, WITH_SUBJECTS)
    assert _rows(url, COLUMNS) >= {"ENROLLMENT_DECIDED 8", "SCHEME_APPROVED 2", "SCHEME_CREATED 2"}
    migrations.upgrade(url)
    assert _rows(url, SUBJECTS) == {
        "SCHEME_CREATED {SCHEME} {2}",
        "SCHEME_APPROVED {SCHEME} {2}",
        "NOTIFICATION_ADDED {ACCOUNT} {4}",
        "TIER_SAVED {} {}",
        "ENROLLMENT_DECIDED {ECP,SCHEME} {7,8}",
    }
    assert _rows(url, INDEXED) == {
        "SCHEME_CREATED SCHEME 2",
        "SCHEME_APPROVED SCHEME 2",
        "NOTIFICATION_ADDED ACCOUNT 4",
        "ENROLLMENT_DECIDED ECP 7",
        "ENROLLMENT_DECIDED SCHEME 8",
    }
    migrations.downgrade(url, "0004")
    assert _rows(url, COLUMNS) == {
        "SCHEME_CREATED 2",
        "SCHEME_APPROVED 2",
        "NOTIFICATION_ADDED 4",
        "TIER_SAVED",
        "ENROLLMENT_DECIDED 8",
    }


def test_events_written_after_going_back_keep_their_subjects(migrated_url: str) -> None:
    _execute(migrated_url, WITH_SUBJECTS)
    migrations.downgrade(migrated_url, "0005")
    _execute(migrated_url, BEFORE_SUBJECTS)
    migrations.upgrade(migrated_url)
    assert _rows(migrated_url, INDEXED) == {
        "SCHEME_CREATED SCHEME 2",
        "NOTIFICATION_ADDED ACCOUNT 4",
        "ENROLLMENT_DECIDED ECP 7",
        "ENROLLMENT_DECIDED SCHEME 8",
    }


BEFORE_FACTS = """
INSERT INTO account (id, display_name, created_at) VALUES ('{zero}1', 'Asha', now()), ('{zero}2', 'Ravi', now());
INSERT INTO scheme (id, code, revision, title, earning_channels, terms_version, materials, content_hash, created_by,
    created_at, updated_at) VALUES ('{zero}3', 'SCH', 1, 'Diwali', '{{SALE}}', 1, '[]', '', '{zero}1', now(), now());
INSERT INTO scheme_activity (id, scheme_id, kind, actor_id, at, message, changes)
VALUES ('{zero}4', '{zero}3', 'SCHEME_CREATED', '{zero}1', now(), 'Asha created “Diwali”.', '[]');
INSERT INTO notification (id, account_id, kind, message, created_at, activity_id) VALUES
    ('{zero}5', '{zero}2', 'SCHEME_CREATED', 'Asha created “Diwali”.', now(), '{zero}4'),
    ('{zero}6', '{zero}2', 'ECP_VERIFIED', 'ECP-1 is verified, with the tier Gold.', now(), NULL);
INSERT INTO scheme_submission (scheme_id, number, content_hash, content, acknowledged_warnings, reach, submitted_by,
    submitted_at, decision, decided_by, decided_at, reason) VALUES ('{zero}3', 1, '', '{{}}', '{{}}',
    '[{{"ruleId": "{zero}9", "audience": 5, "eligible": 0, "verdict": "NOBODY", "sentence": "No Gold ECP works there.",
    "funnel": [{{"clause": "ECPs who are Gold", "remaining": 0, "excluded": 5}}]}}]',
    '{zero}1', now(), 'REJECTED', '{zero}2', now(), 'Too dear.');
INSERT INTO scheme_stage (scheme_id, kind, valid_from, valid_until, position, state, status, done, total, blocked_by,
    is_current) VALUES
    ('{zero}3', 'APPROVAL', now(), 'infinity', 2, 'BLOCKED', 'REJECTED', 0, 1, '{{Rejected by Ravi: Too dear.}}', true),
    ('{zero}3', 'RUNNING', now(), 'infinity', 7, 'NOT_STARTED', NULL, 0, 1, '{{}}', false);
INSERT INTO webhook_endpoint (id, account_id, url, kinds, secret, position_epoch, position_xid, position_id, failures,
    next_attempt_at, disabled_at, disabled_reason, created_by, created_at, updated_at) VALUES
    ('{zero}7', '{zero}1', 'https://a.example', '{{TIER_SAVED}}', 's', 1, '1', 1, 0, now(), now(), 'Asha disabled it.',
    '{zero}1', now(), now()),
    ('{zero}8', '{zero}1', 'https://b.example', '{{TIER_SAVED}}', 's', 1, '1', 1, 0, now(), NULL, NULL, '{zero}1',
    now(), now());
""".format(zero="00000000-0000-0000-0000-00000000000")
SENTENCES = """
SELECT message FROM notification UNION ALL SELECT message FROM scheme_activity
UNION ALL SELECT concat(kind, blocked_by::text) FROM scheme_stage UNION ALL SELECT reach::text FROM scheme_submission
UNION ALL SELECT concat(url, ' ', disabled_reason) FROM webhook_endpoint
"""
FACTS = """
INSERT INTO scheme_activity (id, scheme_id, kind, actor_id, at, fact, changes)
VALUES ('{zero}a', '{zero}3', 'SCHEME_APPROVED', '{zero}2', now(),
    '{{"kind": "schemeApproved", "scheme": {{"title": "Diwali", "revision": null}}}}', '[]');
INSERT INTO notification (id, account_id, kind, fact, created_at, activity_id) VALUES
    ('{zero}b', '{zero}1', 'SCHEME_APPROVED', NULL, now(), '{zero}a'),
    ('{zero}c', '{zero}1', 'ECP_SUSPENDED', '{{"kind": "ecpSuspended", "code": "ECP-1", "reason": "Why."}}', now(),
    NULL);
UPDATE webhook_endpoint SET disabled_at = now(), disabled_reason = '{{"kind": "eventsDeleted"}}'
WHERE url = 'https://b.example';
UPDATE scheme_submission SET reach = '[{{"ruleId": "{zero}9", "audience": 5, "eligible": 4, "verdict": "FEW",
    "funnel": [{{"remaining": 4, "excluded": 1}}], "cause": null}}]';
""".format(zero="00000000-0000-0000-0000-00000000000")


def test_sentences_are_kept_as_facts_word_for_word(url: str) -> None:
    """N1: each one shows as before, and comes back unchanged."""
    migrations.upgrade(url, "0007")
    _execute(url, BEFORE_FACTS)
    before = _rows(url, SENTENCES)
    migrations.upgrade(url)
    stored = records(url, STORED_FACTS)
    assert {render_again(*record) for record in stored} == {
        "Asha created “Diwali”.",
        "ECP-1 is verified, with the tier Gold.",
    }
    ((reach,),) = records(url, "SELECT reach FROM scheme_submission")
    (rule,) = msgspec.json.decode(reach, type=list[RuleReach])
    assert (rule.audience, rule.eligible, rule.funnel) == (5, 0, (ReachStep(remaining=0, excluded=5),))
    assert rule.cause == ReachAsWritten("No Gold ECP works there.", ("ECPs who are Gold",))
    blocks = records(url, "SELECT blocked_by FROM scheme_stage ORDER BY position")
    rejected = StageRejected(UUID(int=2), "Too dear.")
    assert [msgspec.json.decode(found, type=list[StageBlock]) for (found,) in blocks] == [[rejected], []]
    reasons = records(url, "SELECT disabled_reason FROM webhook_endpoint ORDER BY url")
    assert [value and DISABLE_REASON_DECODER.decode_known(value) for (value,) in reasons] == [
        AsWritten("Asha disabled it."),
        None,
    ]
    migrations.downgrade(url, "0007")
    assert _rows(url, SENTENCES) == before


def test_facts_without_a_sentence_lose_details_and_no_row_when_going_back(url: str) -> None:
    migrations.upgrade(url, "0007")
    _execute(url, BEFORE_FACTS)
    before = _rows(url, SENTENCES)
    migrations.upgrade(url)
    _execute(url, FACTS)
    migrations.downgrade(url, "0007")
    after = _rows(url, SENTENCES)
    assert {text for text in after - before if "ruleId" not in text} == {
        "Scheme approved: Diwali.",
        "Ecp suspended: ECP-1.",
        "https://b.example The endpoint was disabled.",
    }
    assert _rows(url, "SELECT count(*) FROM notification WHERE message = 'Scheme approved: Diwali.'") == {"1"}
    (reach,) = (text for text in after - before if "ruleId" in text)
    (rule,) = msgspec.json.decode(reach)
    assert rule["sentence"] == "4 of 5 ECPs could qualify."
    assert rule["funnel"] == [{"clause": "Part 1 of the condition", "remaining": 4, "excluded": 1}]
    migrations.upgrade(url)
    migrations.check(url)


STAGES_BEFORE = """
INSERT INTO scheme_stage (scheme_id, kind, valid_from, valid_until, position, state, status, done, total, waiting_on,
    blocked_by, is_current, since)
SELECT scheme.id, kind, scheme.created_at, 'infinity', position, 'PENDING', status, 0, 5, waiting_on, '[]', current,
    now()
FROM scheme, (VALUES
    ('COUPON_GENERATION', 3, 'COUPONS_NOT_GENERATED', 'Operations', true),
    ('ARTWORK', 5, 'ARTWORK_NOT_UPLOADED', 'Designer', false),
    ('SETTLEMENT', 8, 'SETTLEMENT_PENDING', 'Program manager', false)
) AS stage (kind, position, status, waiting_on, current)
"""


def test_stages_wait_for_roles_instead_of_labels(url: str) -> None:
    """R9: and no scheme waits for artwork any more."""
    migrations.upgrade(url, "0007")
    _execute(url, BEFORE_FACTS)
    _execute(url, "DELETE FROM scheme_stage; UPDATE scheme SET earning_channels = '{COUPON}', approved_at = now()")
    migrations.upgrade(url, "0016")
    _execute(url, STAGES_BEFORE)
    before = "SELECT concat_ws(' ', kind, state, status, total, waiting_on) FROM scheme_stage"
    labels = _rows(url, before)
    migrations.upgrade(url)
    assert _rows(url, "SELECT concat_ws(' ', kind, state, status, total, waiting_role) FROM scheme_stage") == {
        "COUPON_GENERATION PENDING COUPONS_NOT_GENERATED 5 OPERATIONS",
        "ARTWORK SKIPPED 0",
        "SETTLEMENT PENDING SETTLEMENT_PENDING 5 PROGRAM_MANAGER",
    }
    _execute(url, """UPDATE scheme_stage SET blocked_by = '[{"kind": "discrepancyOpen"}]'""")
    migrations.downgrade(url, "0016")
    # A settlement counts as one step.
    counts = (("UPLOADED 5", "UPLOADED 0"), ("SETTLEMENT_PENDING 5", "SETTLEMENT_PENDING 1"))
    for before_it, after_it in counts:
        labels = {label.replace(before_it, after_it) for label in labels}
    assert _rows(url, before) == labels
    assert _rows(url, "SELECT blocked_by::text FROM scheme_stage") == {"[]"}


def _tables(url: str) -> set[str]:
    return _rows(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")


def _things(url: str) -> set[str]:
    """Every column, index, constraint and anything else of ours, by name and definition."""
    return _rows(
        url,
        "SELECT format('%s.%s %s %s', table_name, column_name, data_type, is_nullable) FROM information_schema.columns "
        "WHERE table_schema = 'public' UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' "
        "UNION ALL SELECT format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace UNION ALL SELECT format('%s %s', relname, relkind) FROM pg_class "
        "WHERE relnamespace = 'public'::regnamespace UNION ALL SELECT proname FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace UNION ALL SELECT typname FROM pg_type "
        "WHERE typnamespace = 'public'::regnamespace",
    )
