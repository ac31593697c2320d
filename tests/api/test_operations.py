"""Every document of `operations/` is executed against a real server, and answers without errors."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from graphql import OperationDefinitionNode, OperationType, parse

from resolvers.nodes import NodeKind
from resolvers.schemes.participants import Participation, add_scheme_participant
from schema.ids import decode_id
from tests.api.client import OPERATIONS, Clients, document, gid
from tests.factories.schemes import SchemeFactory
from tests.factories.webhooks import QUIET, failing_endpoint, quiet_endpoint
from tests.factories.world import World


def kind_of(name: str) -> OperationType:
    """Whether a document is a query, a mutation or a subscription."""
    definitions = parse(document(name)).definitions
    return next(found.operation for found in definitions if isinstance(found, OperationDefinitionNode))


NAMES = sorted(path.relative_to(OPERATIONS).with_suffix("").as_posix() for path in OPERATIONS.rglob("*.graphql"))
# See test_subscription_operations.py for these.
SUBSCRIPTIONS = [name for name in NAMES if kind_of(name) is OperationType.SUBSCRIPTION]
DOCUMENTS = [name for name in NAMES if name not in SUBSCRIPTIONS]

Prepared = tuple[str, dict[str, Any]]


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_answers_without_errors(
    name: str, clients: Clients, factory: SchemeFactory, world: World
) -> None:
    account, variables = await PREPARATIONS[name](factory, world)
    data = (await clients[account].send(document(name), **variables)).data
    for payload in data.values():
        if isinstance(payload, dict) and "errors" in payload:
            assert payload["errors"] == []


def test_no_document_is_forgotten() -> None:
    assert sorted(PREPARATIONS) == NAMES
    assert {name.partition("/")[0] for name in NAMES} == {"dashboard", "integration", "portal"}


async def _nothing(_factory: SchemeFactory, _world: World) -> Prepared:
    return "PROGRAM_MANAGER", {}


async def _a_list(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.approved()
    return "PROGRAM_MANAGER", {"filter": {"search": "monsoon"}, "orderBy": "TITLE_ASC", "first": 10}


async def _a_scheme(factory: SchemeFactory, _world: World) -> Prepared:
    return "PROGRAM_MANAGER", {"id": gid(NodeKind.SCHEME, await factory.complete())}


async def _a_scheme_to_follow(factory: SchemeFactory, _world: World) -> Prepared:
    return "PROGRAM_MANAGER", {"schemeId": gid(NodeKind.SCHEME, await factory.complete())}


async def _an_approver(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.submitted()
    return "APPROVER", {}


async def _reading(factory: SchemeFactory, world: World) -> Prepared:
    account, _ = await _an_approver(factory, world)
    return account, {"input": {"all": True}}


async def _inviting(factory: SchemeFactory, world: World) -> Prepared:
    scheme_id, account_id = gid(NodeKind.SCHEME, await factory.created()), world.accounts["ANALYST"].id
    return "PROGRAM_MANAGER", {"input": {"schemeId": scheme_id, "accountId": gid(NodeKind.ACCOUNT, account_id)}}


async def _excluding(factory: SchemeFactory, world: World) -> Prepared:
    account, variables = await _inviting(factory, world)
    participation = Participation(key_of(variables["input"]["schemeId"]), world.accounts["ANALYST"].id)
    await add_scheme_participant(factory.operation(), participation)
    return account, variables


async def _creation(_factory: SchemeFactory, _world: World) -> Prepared:
    return "PROGRAM_MANAGER", {"input": {"title": "Monsoon Care", "earningChannels": ["COUPON"]}}


def _save(version: int, **values: Any) -> Any:
    async def prepared(factory: SchemeFactory, _world: World) -> Prepared:
        scheme_id = gid(NodeKind.SCHEME, await factory.complete())
        return "PROGRAM_MANAGER", {"input": {"schemeId": scheme_id, "expectedVersion": version, **values}}

    return prepared


async def _submission(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = await factory.complete()
    content_hash = (await factory.definition(scheme_id)).content_hash
    return "PROGRAM_MANAGER", {"input": {"schemeId": gid(NodeKind.SCHEME, scheme_id), "contentHash": content_hash}}


async def _approval(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = await factory.submitted()
    content_hash = (await factory.definition(scheme_id)).content_hash
    return "APPROVER", {"input": {"schemeId": gid(NodeKind.SCHEME, scheme_id), "contentHash": content_hash}}


async def _refusal(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = gid(NodeKind.SCHEME, await factory.submitted())
    return "APPROVER", {"input": {"schemeId": scheme_id, "reason": "Not in this form."}}


async def _a_poll(_factory: SchemeFactory, _world: World) -> Prepared:
    return "INTEGRATION", {"kinds": ["PRODUCT_SAVED", "SCHEME_APPROVED"]}


async def _webhook_endpoint(factory: SchemeFactory, world: World) -> str:
    made = await quiet_endpoint(factory.operation("ADMIN"), world.accounts["INTEGRATION"].id)
    return gid(NodeKind.WEBHOOK_ENDPOINT, made)


async def _webhook_endpoints(factory: SchemeFactory, world: World) -> Prepared:
    admin = factory.operation("ADMIN")
    await failing_endpoint(admin, world.accounts["INTEGRATION"].id)
    await admin.close()
    return "ADMIN", {"first": 10}


async def _new_webhook_endpoint(_factory: SchemeFactory, world: World) -> Prepared:
    account_id = gid(NodeKind.ACCOUNT, world.accounts["INTEGRATION"].id)
    url = "https://hooks.example.com/tessera"
    return "ADMIN", {"input": {"accountId": account_id, "url": url, "kinds": [QUIET]}}


def _with_webhook_endpoint(**values: Any) -> Any:
    async def prepared(factory: SchemeFactory, world: World) -> Prepared:
        return "ADMIN", {"input": {"id": await _webhook_endpoint(factory, world), **values}}

    return prepared


def key_of(text: str) -> UUID:
    """The UUID in a global id."""
    found = decode_id(text)
    assert found is not None
    return found[1]


BASICS = {
    "title": "Monsoon Care",
    "earningChannels": ["COUPON", "SALE"],
    "enrollmentOpensOn": "2026-04-01",
    "enrollmentClosesOn": "2026-04-30",
    "startsOn": "2026-05-01",
    "endsOn": "2026-07-31",
    "termsMarkdown": "Be fair.",
}
PREPARATIONS: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "dashboard/SchemeActivityFeed": _a_scheme_to_follow,
    "dashboard/WorkQueues": _a_list,
    "portal/Viewer": _nothing,
    "portal/CatalogPickers": _nothing,
    "portal/LandingPage": _a_list,
    "portal/SchemeList": _a_list,
    "portal/SchemeWizard": _a_scheme,
    "portal/SchemeReview": _a_scheme,
    "portal/CreateScheme": _creation,
    "portal/SaveSchemeBasics": _save(1, **BASICS),
    "portal/SaveSchemeProducts": _save(1, variantIds=[]),
    "portal/SaveSchemeGeographies": _save(1, geographyIds=[]),
    "portal/SaveSchemeCouponValues": _save(1, values=[]),
    "portal/SaveSchemeBonusRules": _save(1, rules=[]),
    "portal/SubmitScheme": _submission,
    "portal/ApproveScheme": _approval,
    "portal/RequestSchemeChanges": _refusal,
    "portal/RejectScheme": _refusal,
    "portal/SchemeActivity": _a_scheme,
    "portal/AddSchemeParticipant": _inviting,
    "portal/RemoveSchemeParticipant": _excluding,
    "portal/Notifications": _an_approver,
    "portal/MarkNotificationsRead": _reading,
    "portal/FollowSchemeActivity": _a_scheme_to_follow,
    "portal/FollowNotifications": _an_approver,
    "portal/FollowWorkQueues": _nothing,
    "portal/WebhookEndpoints": _webhook_endpoints,
    "portal/CreateWebhookEndpoint": _new_webhook_endpoint,
    "portal/UpdateWebhookEndpoint": _with_webhook_endpoint(description="The new ERP", enabled=False),
    "portal/RotateWebhookSecret": _with_webhook_endpoint(),
    "portal/DeleteWebhookEndpoint": _with_webhook_endpoint(),
    "integration/PollEvents": _a_poll,
}
