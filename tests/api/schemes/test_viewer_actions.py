"""`viewerActions`: an offered action succeeds; one that is not offered fails and changes nothing."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.channels import EarningChannel
from domain.schemes.guards import SchemeAction
from resolvers.schemes.revise_scheme import revise_scheme
from resolvers.schemes.revision_time import ReviseScheme
from tests.support.client import Answer, Client, Clients
from tests.support.clock import TestClock
from tests.support.databases import Cleaner
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import answer_to, basics, input_of, mutate, scheme
from tests.support.unchanged import nothing_changes
from tests.support.world import restore_world

pytestmark = pytest.mark.long

LOOK = """query($id: ID!) { node(id: $id) { ... on Scheme {
  viewerActions review { contentHash } wizard { steps { kind version } }
} } }"""
FIELDS = {
    SchemeAction.EDIT: "saveSchemeBasics",
    SchemeAction.SUBMIT: "submitScheme",
    SchemeAction.APPROVE: "approveScheme",
    SchemeAction.REQUEST_CHANGES: "requestSchemeChanges",
    SchemeAction.REJECT: "rejectScheme",
    SchemeAction.REVISE: "reviseScheme",
    SchemeAction.RESCHEDULE: "rescheduleSchemeRevision",
    SchemeAction.SETTLE: "settleScheme",
}
PAST = (date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 1), date(2026, 2, 28))
EDITABLE = ["EDIT"]
READY = ["EDIT", "SUBMIT"]
DECIDABLE = ["APPROVE", "REQUEST_CHANGES", "REJECT"]
BOTH = "manager and approver"
MOVABLE = ["EDIT", "RESCHEDULE"]
STATE_CODES = {"ILLEGAL_STATE", "SELF_APPROVAL", "CONTENT_CHANGED", "NOT_FOUND", "CONFLICT", "OUT_OF_WINDOW"}
Making = Callable[[SchemeFactory, Client, TestClock], Awaitable[UUID]]


async def _edited(factory: SchemeFactory, manager: Client, scheme_id: UUID, *, emptied: bool = False) -> UUID:
    """A scheme whose geographies or budget were changed after the rest."""
    given = {"schemeId": scheme(scheme_id), "expectedVersion": 1}
    if emptied:
        await mutate(manager, "saveSchemeGeographies", **given, geographyIds=[])
    else:
        await mutate(manager, "saveSchemeBasics", **basics(**given, budget=5_000))
    return scheme_id


async def _created(factory: SchemeFactory, _manager: Client, _clock: TestClock) -> UUID:
    return await factory.created()


async def _emptied(factory: SchemeFactory, manager: Client, _clock: TestClock) -> UUID:
    return await _edited(factory, manager, await factory.complete(), emptied=True)


async def _complete(factory: SchemeFactory, _manager: Client, _clock: TestClock) -> UUID:
    return await factory.complete(dates=PAST, budget=10)


async def _submitted(factory: SchemeFactory, _manager: Client, _clock: TestClock) -> UUID:
    return await factory.submitted()


async def _submitted_by_both(factory: SchemeFactory, _manager: Client, _clock: TestClock) -> UUID:
    return await factory.submitted(by=BOTH)


async def _edited_after_submission(factory: SchemeFactory, manager: Client, _clock: TestClock) -> UUID:
    return await _edited(factory, manager, await factory.submitted())


async def _emptied_after_submission(factory: SchemeFactory, manager: Client, _clock: TestClock) -> UUID:
    return await _edited(factory, manager, await factory.submitted(), emptied=True)


async def _given_back(factory: SchemeFactory, _manager: Client, _clock: TestClock) -> UUID:
    return await factory.given_back()


async def _emptied_after_giving_back(factory: SchemeFactory, manager: Client, _clock: TestClock) -> UUID:
    return await _edited(factory, manager, await factory.given_back(), emptied=True)


async def _submitted_again(factory: SchemeFactory, manager: Client, _clock: TestClock) -> UUID:
    return await factory.submitted(await _edited(factory, manager, await factory.given_back()))


async def _rejected(factory: SchemeFactory, _manager: Client, _clock: TestClock) -> UUID:
    return await factory.rejected()


async def _approved(factory: SchemeFactory, _manager: Client, _clock: TestClock) -> UUID:
    return await factory.approved()


async def _running(factory: SchemeFactory, _manager: Client, clock: TestClock) -> UUID:
    scheme_id = await factory.approved(await factory.complete(channels=[EarningChannel.SALE]))
    clock.now = max(clock.now, datetime(2026, 5, 29, tzinfo=UTC))
    return scheme_id


async def _over(factory: SchemeFactory, _manager: Client, clock: TestClock) -> UUID:
    scheme_id = await factory.approved()
    clock.advance(days=365)
    return scheme_id


async def _opened(factory: SchemeFactory, _manager: Client, clock: TestClock) -> UUID:
    command = ReviseScheme(await factory.approved(), clock.now + timedelta(days=10))
    return await revise_scheme(factory.operation(), command)


async def _under_revision(factory: SchemeFactory, manager: Client, clock: TestClock) -> UUID:
    live = (await factory.definition(await _opened(factory, manager, clock))).scheme.revises
    assert live is not None
    return live


async def _submitted_revision(factory: SchemeFactory, manager: Client, clock: TestClock) -> UUID:
    return await factory.submitted(await _opened(factory, manager, clock))


async def _missed_revision(factory: SchemeFactory, manager: Client, clock: TestClock) -> UUID:
    revision = await _submitted_revision(factory, manager, clock)
    clock.advance(days=10)
    return revision


async def _approved_revision(factory: SchemeFactory, manager: Client, clock: TestClock) -> UUID:
    return await factory.approved(await _opened(factory, manager, clock))


# For each state: how to get there, and the actions of managers, of approvers, and of accounts with both roles.
STATES: dict[str, tuple[Making, list[str], list[str] | None, list[str]]] = {
    "created": (_created, EDITABLE, None, EDITABLE),
    "complete but emptied": (_emptied, EDITABLE, None, EDITABLE),
    "complete, with warnings": (_complete, READY, None, READY),
    "submitted": (_submitted, EDITABLE, DECIDABLE, EDITABLE + DECIDABLE),
    "submitted by both": (_submitted_by_both, EDITABLE, DECIDABLE, EDITABLE),
    "edited after submission": (_edited_after_submission, READY, [], READY),
    "emptied after submission": (_emptied_after_submission, EDITABLE, [], EDITABLE),
    "given back": (_given_back, READY, [], READY),
    "given back and emptied": (_emptied_after_giving_back, EDITABLE, [], EDITABLE),
    "submitted again": (_submitted_again, EDITABLE, DECIDABLE, EDITABLE + DECIDABLE),
    "rejected": (_rejected, [], [], []),
    "approved": (_approved, ["REVISE"], [], ["REVISE"]),
    "running": (_running, ["REVISE"], [], ["REVISE"]),
    "over": (_over, ["SETTLE"], [], ["SETTLE"]),
    "under revision": (_under_revision, [], [], []),
    "opened revision": (_opened, ["EDIT", "SUBMIT", "RESCHEDULE"], None, ["EDIT", "SUBMIT", "RESCHEDULE"]),
    "submitted revision": (_submitted_revision, MOVABLE, DECIDABLE, ["EDIT", *DECIDABLE, "RESCHEDULE"]),
    "missed revision": (_missed_revision, MOVABLE, DECIDABLE[1:], ["EDIT", *DECIDABLE[1:], "RESCHEDULE"]),
    "approved revision": (_approved_revision, [], [], []),
}


# Nothing is generated in these states. tests/resolvers/coupons shows that the other actions can be done if offered.
EXECUTABLE = {"approved", "over", "under revision"}
SHORTFALL = ["GENERATE_COUPONS", "CLOSE_SHORTFALL"]


@pytest.mark.parametrize("state", STATES)
async def test_an_action_is_offered_if_and_only_if_it_can_be_done(  # noqa: PLR0913, PLR0917 - fixtures and a case
    clients: Clients, factory: SchemeFactory, clock: TestClock, cleaner: Cleaner, database_url: str, state: str
) -> None:
    make, managers, approvers, both = STATES[state]
    began = clock.now
    executable = SHORTFALL if state in EXECUTABLE else []
    offers = {"PROGRAM_MANAGER": managers, "second manager": managers, "APPROVER": approvers, BOTH: both}
    offers["OPERATIONS"] = executable
    scheme_id = scheme(await make(factory, clients["PROGRAM_MANAGER"], clock))
    whole = await _look(clients["PROGRAM_MANAGER"], scheme_id)
    async with nothing_changes(database_url):
        for name in factory.world.accounts:
            seen = await _look(clients[name], scheme_id)
            offered = [] if seen is None else seen["viewerActions"]
            assert offered == (offers.get(name) or []), name
            if name in offers and name != "OPERATIONS":
                assert (seen is None) is (offers[name] is None), name
            for action in set(FIELDS) - set(offered):
                assert _is_rejected(await _do(clients[name], action, scheme_id, whole), action), (name, action)
    # The second manager is offered what the first one is; trying it once is enough.
    for name, actions in (("second manager", managers), ("APPROVER", approvers), (BOTH, both)):
        for action in map(SchemeAction, actions or []):
            # The same calls as before, so that their rows are restored.
            await cleaner.empty()
            await restore_world(factory.environment, cleaner)
            clock.now = began
            fresh = scheme(await make(factory, clients["PROGRAM_MANAGER"], clock))
            answer = await _do(clients[name], action, fresh, await _look(clients[name], fresh))
            assert answer.data[FIELDS[action]]["errors"] == [], (name, action)


async def _look(client: Client, scheme_id: str) -> Any:
    """Return a scheme as a viewer sees it; None if they do not see it."""
    return (await client.send(LOOK, id=scheme_id)).data["node"]


async def _do(client: Client, action: SchemeAction, scheme_id: str, seen: Any) -> Answer:
    """Try an action with valid input. Only the state of the scheme and the viewer may be wrong."""
    field = FIELDS[action]
    versions = {step["kind"]: step["version"] for step in seen["wizard"]["steps"]}
    given = input_of(field, scheme_id, versions["BASICS"])
    if "contentHash" in given:
        given["contentHash"] = seen["review"]["contentHash"]
    if action is SchemeAction.SUBMIT:
        given["acknowledgeWarnings"] = True
    return await answer_to(client, field, **given)


def _is_rejected(answer: Answer, action: SchemeAction) -> bool:
    """Whether an action failed because of the state or the viewer, and for no other reason."""
    if "errors" in answer.body:
        return answer.codes == ["FORBIDDEN"]
    payload = answer.data[FIELDS[action]]
    codes = {error["code"] for error in payload["errors"]}
    changed = [value for name, value in payload.items() if name != "errors" and value not in (None, [])]
    return not changed and len(codes) == 1 and codes <= STATE_CODES
