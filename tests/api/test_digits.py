"""Digits of other scripts in requests get a clear error, never an internal one, and change nothing (N1)."""

import base64
import json
from typing import Any, Final

import pytest

from domain.permissions import Role
from tests.support.client import Client, Clients
from tests.support.digits import ZEROS, in_script
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import expect_errors, expect_request_error, rule, scheme
from tests.support.unchanged import nothing_changes

ECPS: Final = "query ($filter: EcpFilter, $after: String) { ecps(filter: $filter, after: $after) { totalCount } }"
REVISION: Final = (
    "query ($id: ID!, $at: DateTime!) { node(id: $id) { ... on Scheme { code asOf(at: $at) { number } } } }"
)
BY_CODE: Final = "query ($code: String!) { scheme(code: $code) { code } ecp(code: $code) { code } }"
# Arabic, Devanagari, fullwidth, and mathematical bold digits.
SCRIPTS: Final = ("\u0660", "\u0966", "\uff10", "\U0001d7ce")
AT: Final = "2026-06-01T00:00:00Z"
CURSOR: Final = base64.urlsafe_b64encode(json.dumps(["ecp.sort_name asc", "1", "0" * 32]).encode()).decode()


async def request_error(client: Client, query: str, **variables: Any) -> str:
    """Send a query that is rejected as a whole, and return the message."""
    answer = await client.send(query, **variables)
    assert (answer.status, answer.codes) == (200, ["BAD_USER_INPUT"])
    message: str = answer.errors[0]["message"]
    return message


def test_every_script_is_tried() -> None:
    assert len(ZEROS) > 60
    assert set(SCRIPTS) < set(ZEROS)


async def test_scalars_of_queries_reject_the_digits_of_every_script(clients: Clients, factory: SchemeFactory) -> None:
    scheme_id, manager = scheme(await factory.approved()), clients[Role.PROGRAM_MANAGER]
    for zero in ZEROS:
        day = {"registeredFrom": in_script("2026-03-01", zero)}
        message = await request_error(manager, ECPS, filter=day)
        assert message.endswith("at .registeredFrom: This is not a Date. Write it like 2026-03-01.")
        message = await request_error(manager, REVISION, id=scheme_id, at=in_script(AT, zero))
        digit = in_script("2", zero)
        assert f": This DateTime has the digit “{digit}”; only 0 to 9 are allowed. " in message


@pytest.mark.parametrize("zero", SCRIPTS)
async def test_ids_codes_and_cursors_in_other_digits_find_nothing(
    clients: Clients, factory: SchemeFactory, zero: str
) -> None:
    scheme_id, manager = scheme(await factory.approved()), clients[Role.PROGRAM_MANAGER]
    known = (await manager.send(REVISION, id=scheme_id, at=AT)).data["node"]
    assert (
        await request_error(manager, REVISION, id=in_script(f"{scheme_id}0", zero), at=AT) == "This is not a global ID."
    )
    assert (await manager.send(BY_CODE, code=known["code"])).data["scheme"] == {"code": known["code"]}
    found = (await manager.send(BY_CODE, code=in_script(known["code"], zero))).data
    assert found == {"scheme": None, "ecp": None}
    message = await request_error(manager, ECPS, after=in_script(CURSOR, zero))
    assert message == "This cursor was not made by this list; start from the beginning."


@pytest.mark.parametrize("zero", SCRIPTS)
async def test_inputs_of_mutations_reject_other_digits(
    clients: Clients, factory: SchemeFactory, database_url: str, zero: str
) -> None:
    scheme_id, manager = scheme(await factory.created()), clients[Role.PROGRAM_MANAGER]
    saved = {"schemeId": scheme_id, "expectedVersion": 0}
    async with nothing_changes(database_url):
        percent = rule(reward={"percentOfBase": in_script("12.5", zero)})
        message = await expect_request_error(manager, "saveSchemeBonusRules", **saved, rules=[percent])
        assert message.endswith(
            ': A Decimal is text like "12.50": digits 0 to 9, at most one point, and no more than 10 decimals.'
        )
        hours = rule({"period": {"fromTime": in_script("09:00", zero), "toTime": "17:00"}})
        assert await expect_errors(manager, "saveSchemeBonusRules", **saved, rules=[hours]) == [
            (
                "INVALID",
                "input.rules.0.condition.period.fromTime",
                "A time of day is written like 09:00, from 00:00 to 23:59.",
            )
        ]


async def test_integers_of_thousands_of_digits_are_rejected(clients: Clients, factory: SchemeFactory) -> None:
    """Python reads no integer of more than 4,300 digits."""
    scheme_id, manager = scheme(await factory.created()), clients[Role.PROGRAM_MANAGER]
    for reward in ("percentOfBase: %s", "flatPoints: %s"):
        rules = f'[{{name: "One", condition: {{quantity: {{atLeast: 1}}}}, reward: {{{reward % ("9" * 5_000)}}}}}]'
        given = f'{{schemeId: "{scheme_id}", expectedVersion: 0, rules: {rules}}}'
        answer = await manager.send(f"mutation {{ saveSchemeBonusRules(input: {given}) {{ errors {{ message }} }} }}")
        assert (answer.status, answer.codes) == (200, ["GRAPHQL_VALIDATION_FAILED"])
        assert answer.errors[0]["message"] == "A number has 5,000 digits, and at most 1,000 are allowed."
