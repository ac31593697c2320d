"""Constraints of the database hold invariants against any code."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.support.factories.schemes import SchemeFactory
from tests.support.unchanged import nothing_changes
from tests.support.world import World, key

STAGE = (
    "INSERT INTO scheme_stage (scheme_id, kind, valid_from, valid_until, position, state, status, done, total, "
    "blocked_by, is_current) SELECT id, {kind}, {start}, {until}, 1, {state}, {status}, {done}, {total}, '[]', false "
    "FROM scheme"
)


def stage(**changed: str) -> str:
    """A stage in another year than all others, as SQL."""
    good = {"kind": "'RUNNING'", "start": "'2020-01-01Z'", "until": "'2020-01-02Z'", "state": "'DONE'"}
    return STAGE.format(**{**good, "status": "NULL", "done": "0", "total": "1", **changed})


def endpoint(**changed: str) -> str:
    """A webhook endpoint, as SQL."""
    good = {"url": "'https://hooks.example.com/'", "kinds": "'{TIER_SAVED}'", "secret": "'s'", "position_epoch": "1"}
    good |= {"position_xid": "'0'", "position_id": "0", "failures": "0", "throttles": "0", "next_attempt_at": "now()"}
    good |= {"created_at": "now()", "updated_at": "now()", **changed}
    names, values = ", ".join(good), ", ".join(good.values())
    return (
        f"INSERT INTO webhook_endpoint (id, account_id, created_by, {names}) "
        f"SELECT gen_random_uuid(), id, id, {values} FROM account LIMIT 1"
    )


GOLD, ADMIN = key("tier Gold"), key("account ADMIN")
NUMBERS = "(VALUES (1), (2)) AS numbers (number)"
SCHEMES = f"scheme, {NUMBERS}"
DECIDED = "UPDATE scheme_submission SET decision = 'APPROVED', decided_by = {by}, decided_at = {at}"
REJECTED = {
    "a submitter does not decide": (DECIDED.format(by="submitted_by", at="now()"), "ck_scheme_submission__four_eyes"),
    "an author does not approve": (
        DECIDED.format(by=f"'{ADMIN}'", at="now()") + f", authors = '{{{ADMIN}}}'",
        "ck_scheme_submission__four_eyes_of_authors",
    ),
    "a decision is signed": (DECIDED.format(by="NULL", at="now()"), "ck_scheme_submission__decision_signed"),
    "a decision is dated": (
        DECIDED.format(by=f"'{ADMIN}'", at="NULL"),
        "ck_scheme_submission__decision_dated",
    ),
    "a signature without a decision": (
        f"UPDATE scheme_submission SET decided_by = '{ADMIN}'",
        "ck_scheme_submission__decision_signed",
    ),
    "an unknown decision": (
        f"UPDATE scheme_submission SET decision = 'MAYBE', decided_by = '{ADMIN}', decided_at = now()",
        "ck_scheme_submission__decision_known",
    ),
    "enrollment closes before it opens": (
        "UPDATE scheme SET enrollment_closes_on = enrollment_opens_on - 1",
        "ck_scheme__enrollment_in_order",
    ),
    "a scheme ends before it starts": ("UPDATE scheme SET ends_on = starts_on - 1", "ck_scheme__dates_in_order"),
    "a budget of nothing": ("UPDATE scheme SET budget = 0", "ck_scheme__budget_positive"),
    "no earning channel": ("UPDATE scheme SET earning_channels = '{}'", "ck_scheme__earning_channels_present"),
    "negative base points": (
        "UPDATE scheme_variant SET base_points = -1",
        "ck_scheme_variant__base_points_not_negative",
    ),
    "a negative quantity": (
        "UPDATE scheme_variant SET planned_quantity = -1",
        "ck_scheme_variant__planned_quantity_not_negative",
    ),
    "half a coupon value": ("UPDATE scheme_variant SET base_points = NULL", "ck_scheme_variant__value_whole"),
    "a rule before the first": ("UPDATE bonus_rule SET position = 0", "ck_bonus_rule__position_positive"),
    "saved without a moment": (
        "UPDATE scheme_section SET saved_at = NULL WHERE version > 0",
        "ck_scheme_section__saved_with_version",
    ),
    "an unknown section": (
        "UPDATE scheme_section SET section = 'REST' WHERE section = 'BASICS'",
        "ck_scheme_section__section_known",
    ),
    "an unknown state of a step": ("UPDATE scheme_section SET state = 'DONE'", "ck_scheme_section__state_known"),
    "a span without length": (stage(until="'2020-01-01Z'"), "ck_scheme_stage__valid_in_order"),
    "a span that ends before it begins": (stage(until="'2019-01-01Z'"), "ck_scheme_stage__valid_in_order"),
    "more done than there is": (stage(done="2"), "ck_scheme_stage__done_within_total"),
    "less than nothing done": (stage(done="-1"), "ck_scheme_stage__done_within_total"),
    "an unknown stage": (stage(kind="'PARTY'"), "ck_scheme_stage__kind_known"),
    "an unknown state of a stage": (stage(state="'OPEN'"), "ck_scheme_stage__state_known"),
    "an unknown status": (stage(status="'OPEN'"), "ck_scheme_stage__status_known"),
    "a region without a parent": (
        "UPDATE geography SET parent_id = NULL WHERE level = 'REGION'",
        "ck_geography__only_countries_are_roots",
    ),
    "a country with a parent": (
        "UPDATE geography SET parent_id = (SELECT id FROM geography WHERE name = 'Pune') WHERE level = 'COUNTRY'",
        "ck_geography__only_countries_are_roots",
    ),
    "an unknown level": ("UPDATE geography SET level = 'STREET' WHERE level = 'CITY'", "ck_geography__level_known"),
    "a rank of nothing": (f"UPDATE tier SET rank = 0 WHERE id = '{GOLD}'", "ck_tier__rank_positive"),
    "an unknown kind of vendor": ("UPDATE vendor SET kind = 'SHOP'", "ck_vendor__kind_known"),
    "an unknown role": (f"INSERT INTO account_role VALUES ('{ADMIN}', 'KING')", "ck_account_role__role_known"),
    "a name of nothing": ("UPDATE account SET display_name = ''", "ck_account__display_name_length"),
    "a name that is too long": (
        "UPDATE account SET display_name = repeat('x', 121)",
        "ck_account__display_name_length",
    ),
    "a secret in place of its hash": (
        f"INSERT INTO api_key VALUES ('{ADMIN}', '{ADMIN}', 'n', 'h', 'tsk_secret', '{ADMIN}', now())",
        "ck_api_key__secret_hash_is_sha256",
    ),
    "a scheme with the code of another": (
        "UPDATE scheme SET code = (SELECT min(code) FROM scheme)",
        "uq_scheme__code",
    ),
    "two open revisions of a scheme": (
        "UPDATE scheme SET revises = (SELECT id FROM scheme WHERE title = 'Draft'), effective_at = now()",
        "uq_scheme__revises",
    ),
    "a revision without a time": ("UPDATE scheme SET revises = id", "ck_scheme__revision_timed"),
    "a scheme with the time of a revision": ("UPDATE scheme SET effective_at = now()", "ck_scheme__revision_timed"),
    "what was never approved taking effect": ("UPDATE scheme SET applied_at = now()", "ck_scheme__approved_applied"),
    "two revisions at one time": (
        f"INSERT INTO scheme_revision SELECT id, numbers.number, '', '{{}}', now(), now(), '{ADMIN}' FROM {SCHEMES}",
        "uq_scheme_revision__effective_at",
    ),
    "a rule twice in a scheme": ("INSERT INTO bonus_rule SELECT * FROM bonus_rule", "pk_bonus_rule"),
    "two addresses that differ in case": (
        "UPDATE account SET email_key = 'x@y.z'",
        "uq_account__email_key",
    ),
    "two tiers of one rank": ("UPDATE tier SET rank = 1", "uq_tier__rank"),
    "a stage of no scheme": (
        "UPDATE scheme_stage SET scheme_id = gen_random_uuid()",
        "fk_scheme_stage__scheme_id",
    ),
    "a rule of no scheme": ("UPDATE bonus_rule SET scheme_id = gen_random_uuid()", "fk_bonus_rule__scheme_id"),
    "a variant that schemes have": ("DELETE FROM variant", "fk_scheme_variant__variant_id"),
    "an endpoint without an address": (endpoint(url="''"), "ck_webhook_endpoint__url_length"),
    "an endpoint for nothing": (endpoint(kinds="'{}'"), "ck_webhook_endpoint__kinds_present"),
    "an endpoint that is disabled for no reason": (
        endpoint(disabled_at="now()"),
        "ck_webhook_endpoint__disabled_with_reason",
    ),
    "a reason for nothing": (endpoint(disabled_reason="'{}'"), "ck_webhook_endpoint__disabled_with_reason"),
    "a block by half an event": (endpoint(blocked_id="1"), "ck_webhook_endpoint__blocked_by_event"),
    "an old secret for ever": (endpoint(old_secret="'o'"), "ck_webhook_endpoint__old_secret_with_end"),
    "an account that signed something": (f"DELETE FROM account WHERE id = '{ADMIN}'", "fk_account_role__account_id"),
}


@pytest.fixture
async def connection(database_url: str, factory: SchemeFactory, world: World) -> AsyncIterator[Any]:
    """A database with a draft and a submitted scheme."""
    await factory.created("Draft")
    await factory.submitted()
    opened = await asyncpg.connect(database_url)
    yield opened
    await opened.close()


async def test_the_database_rejects_invalid_rows(connection: Any, database_url: str) -> None:
    """Each by its own constraint, and nothing is changed."""
    rejected = {}
    async with nothing_changes(database_url):
        for what, (change, _) in REJECTED.items():
            with pytest.raises(asyncpg.IntegrityConstraintViolationError) as violated:
                await connection.execute(change)
            rejected[what] = violated.value.constraint_name
    assert rejected == {what: constraint for what, (_, constraint) in REJECTED.items()}


async def test_each_invalid_row_is_rejected_for_its_value_only(connection: Any) -> None:
    """With valid values, the same statements succeed."""
    good = (
        stage(),
        DECIDED.format(by=f"'{ADMIN}'", at="now()"),
        "UPDATE scheme SET ends_on = starts_on, enrollment_closes_on = enrollment_opens_on, budget = 1",
        "UPDATE scheme_variant SET base_points = NULL, planned_quantity = NULL",
        "UPDATE account SET display_name = repeat('x', 120)",
        endpoint(disabled_at="now()", disabled_reason="'{}'", old_secret="'o'", old_secret_until="now()"),
    )
    for change in good:
        assert await connection.execute(change) not in {"INSERT 0 0", "UPDATE 0"}
