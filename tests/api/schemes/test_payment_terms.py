"""The terms by which a scheme pays, over HTTP: saved, read, compared, and changed by a revision (R7)."""

from typing import Any

from domain.permissions import Role
from tests.support.client import Client, Clients
from tests.support.clock import TestClock
from tests.support.factories.revisions import JUNE, RevisionFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import basics, mutate, scheme

PAYMENT = "pointValue { amount currency } minimumPayout pointsExpireAfterDays graceDays"
READ = f"query ($id: ID!) {{ node(id: $id) {{ ... on Scheme {{ {PAYMENT} review {{ contentHash }} }} }} }}"
TERMS = {
    "pointValue": {"amount": "0.2500000000", "currency": "INR"},
    "minimumPayout": 500,
    "pointsExpireAfterDays": 365,
    "graceDays": 45,
}
SHOWN = {**TERMS, "pointValue": {"amount": "0.25", "currency": "INR"}}
NONE = {"pointValue": None, "minimumPayout": None, "pointsExpireAfterDays": None, "graceDays": 30}


async def _read(client: Client, scheme_id: str) -> dict[str, Any]:
    found = (await client.send(READ, id=scheme_id)).data["node"]
    return {name: found[name] for name in SHOWN}


async def _hash(client: Client, scheme_id: str) -> str:
    return str((await client.send(READ, id=scheme_id)).data["node"]["review"]["contentHash"])


async def test_the_terms_are_saved_and_taken_back(clients: Clients, factory: SchemeFactory) -> None:
    """The hash changes with the terms and returns with them; what means the same is the same."""
    manager, scheme_id = clients[Role.PROGRAM_MANAGER], scheme(await factory.created())
    assert await _read(manager, scheme_id) == NONE
    await mutate(manager, "saveSchemeBasics", schemeId=scheme_id, expectedVersion=0, **basics())
    plain = await _hash(manager, scheme_id)
    await mutate(manager, "saveSchemeBasics", schemeId=scheme_id, expectedVersion=1, **basics(**TERMS))
    assert await _read(manager, scheme_id) == SHOWN
    paying = await _hash(manager, scheme_id)
    assert paying != plain
    same = await mutate(manager, "saveSchemeBasics", schemeId=scheme_id, expectedVersion=2, **basics(**SHOWN))
    assert same["step"]["version"] == 2
    assert await _hash(manager, scheme_id) == paying
    await mutate(manager, "saveSchemeBasics", schemeId=scheme_id, expectedVersion=2, **basics(graceDays=30))
    assert (await _read(manager, scheme_id), await _hash(manager, scheme_id)) == (NONE, plain)


async def test_a_revision_changes_the_terms_when_it_takes_effect(
    clients: Clients, factory: SchemeFactory, revisions: RevisionFactory, clock: TestClock
) -> None:
    """An ECP reads the terms that are in force, and until then the earlier ones."""
    live_id = await factory.approved()
    revision_id = await revisions.opened(live_id, JUNE)
    found = (await factory.definition(revision_id)).content.basics
    manager = clients[Role.PROGRAM_MANAGER]
    given = basics(title=found.title, **TERMS)
    await mutate(manager, "saveSchemeBasics", schemeId=scheme(revision_id), expectedVersion=1, **given)
    query = "query ($id: ID!) { node(id: $id) { ... on Scheme { review { changes { field before after } } } } }"
    changes = (await manager.send(query, id=scheme(revision_id))).data["node"]["review"]["changes"]
    assert [change for change in changes if change["field"] in SHOWN] == [
        {"field": name, "before": None, "after": after} for name, after in SHOWN.items()
    ]
    await factory.approved(revision_id)
    assert await _read(clients[Role.ECP], scheme(live_id)) == NONE
    clock.now = JUNE
    assert await revisions.apply_due() == 1
    assert await _read(clients[Role.ECP], scheme(live_id)) == SHOWN
