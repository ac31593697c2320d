"""Every document of `operations/` is executed against a real server, and answers without errors."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from graphql import OperationDefinitionNode, OperationType, parse

from resolvers.nodes import NodeKind
from resolvers.schemes.participants import Participation, add_scheme_participant
from resolvers.schemes.revise_scheme import ReviseScheme, revise_scheme
from schema.ids import decode_id
from tests.api.client import OPERATIONS, Clients, document, gid
from tests.factories.enrollments import EnrollmentFactory
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
    assert {name.partition("/")[0] for name in NAMES} == {"dashboard", "integration", "mobile", "portal"}


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
    named = {"schemeId": gid(NodeKind.SCHEME, scheme_id), "contentHash": content_hash}
    return "PROGRAM_MANAGER", {"input": {**named, "acknowledgeWarnings": True}}


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


async def _revising(factory: SchemeFactory, _world: World) -> Prepared:
    given = {"schemeId": gid(NodeKind.SCHEME, await factory.approved()), "effectiveAt": "2026-06-01T00:00:00Z"}
    return "PROGRAM_MANAGER", {"input": given}


async def _opened(factory: SchemeFactory) -> UUID:
    command = ReviseScheme(await factory.approved(), datetime(2026, 6, 1, tzinfo=UTC))
    return await revise_scheme(factory.operation(), command)


async def _rescheduling(factory: SchemeFactory, _world: World) -> Prepared:
    given = {"schemeId": gid(NodeKind.SCHEME, await _opened(factory)), "effectiveAt": "2026-07-01T00:00:00Z"}
    return "PROGRAM_MANAGER", {"input": given}


async def _a_revision(factory: SchemeFactory, _world: World) -> Prepared:
    return "PROGRAM_MANAGER", {"id": gid(NodeKind.SCHEME, await _opened(factory))}


async def _a_history(factory: SchemeFactory, _world: World) -> Prepared:
    code = (await factory.definition(await _opened(factory))).scheme.code
    return "PROGRAM_MANAGER", {"code": code, "at": "2026-07-01T00:00:00Z"}


async def _the_app(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.ecps.verified()
    return "ECP", {}


async def _some_ecps(factory: SchemeFactory, world: World) -> Prepared:
    await factory.ecps.verified()
    await factory.ecps.registered("Binod Thapa", place="Kathmandu")
    chosen = {
        "search": "Rao",
        "geographyIds": [gid(NodeKind.GEOGRAPHY, world.geographies["Maharashtra"].id)],
        "tierIds": [gid(NodeKind.TIER, world.tiers["Gold"].id)],
        "statuses": ["ACTIVE", "SUSPENDED"],
        "registeredFrom": "2026-01-01",
    }
    return "PROGRAM_MANAGER", {"filter": chosen, "orderBy": "REGISTERED_AT_DESC", "first": 10}


async def _an_ecp(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.ecps.suspended()
    return "PROGRAM_MANAGER", {"code": "ecp-2026-000001"}


async def _waiting_ecps(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.ecps.registered()
    return "PROGRAM_MANAGER", {}


async def _a_registration(_factory: SchemeFactory, world: World) -> Prepared:
    place = gid(NodeKind.GEOGRAPHY, world.geographies["Pune"].id)
    told = {"displayName": "Asha Rao", "email": "asha@example.org", "phone": "020 5550101", "practice": "Rao Garage"}
    return "ECP", {"input": {"geographyId": place, **told}}


async def _a_verification(factory: SchemeFactory, world: World) -> Prepared:
    ecp_id = gid(NodeKind.ECP, await factory.ecps.registered())
    return "PROGRAM_MANAGER", {"input": {"ecpId": ecp_id, "tierId": gid(NodeKind.TIER, world.tiers["Gold"].id)}}


def _of_an_ecp(account: str, **values: Any) -> Any:
    async def prepared(factory: SchemeFactory, _world: World) -> Prepared:
        return account, {"input": {"ecpId": gid(NodeKind.ECP, await factory.ecps.verified()), **values}}

    return prepared


def key_of(text: str) -> UUID:
    """The UUID in a global id."""
    found = decode_id(text)
    assert found is not None
    return found[1]


async def _a_place(_factory: SchemeFactory, _world: World) -> Prepared:
    return "ECP", {"search": "pun"}


async def _open_schemes(factory: SchemeFactory, _world: World) -> Prepared:
    await EnrollmentFactory(factory).open_scheme()
    await factory.ecps.verified()
    return "ECP", {"search": "monsoon", "first": 10}


async def _application(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = await EnrollmentFactory(factory).open_scheme()
    await factory.ecps.verified()
    return "ECP", {"input": {"schemeId": gid(NodeKind.SCHEME, scheme_id), "termsVersion": 1}}


async def _enrolling(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = gid(NodeKind.SCHEME, await EnrollmentFactory(factory).open_scheme())
    ecp_id = gid(NodeKind.ECP, await factory.ecps.verified())
    return "PROGRAM_MANAGER", {"input": {"schemeId": scheme_id, "termsVersion": 1, "ecpId": ecp_id}}


def _of_an_enrollment(account: str, **values: Any) -> Any:
    async def prepared(factory: SchemeFactory, _world: World) -> Prepared:
        scheme_id = await EnrollmentFactory(factory).open_scheme()
        enrollment_id = await EnrollmentFactory(factory).pending(scheme_id, await factory.ecps.verified())
        return account, {"input": {"enrollmentId": gid(NodeKind.ENROLLMENT, enrollment_id), **values}}

    return prepared


async def _my_enrollments(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = await EnrollmentFactory(factory).open_scheme()
    await EnrollmentFactory(factory).enrolled(scheme_id, await factory.ecps.verified())
    return "ECP", {"statuses": ["ENROLLED", "PENDING"]}


async def _enrolled(factory: SchemeFactory, world: World) -> Prepared:
    scheme_id = await EnrollmentFactory(factory).open_scheme()
    await EnrollmentFactory(factory).enrolled(scheme_id, await factory.ecps.verified())
    chosen = {
        "search": "Rao",
        "statuses": ["ENROLLED"],
        "geographyIds": [gid(NodeKind.GEOGRAPHY, world.geographies["Maharashtra"].id)],
        "tierIds": [gid(NodeKind.TIER, world.tiers["Gold"].id)],
        "enrolledFrom": "2026-03-01",
    }
    variables = {"id": gid(NodeKind.SCHEME, scheme_id), "filter": chosen, "orderBy": "REQUESTED_AT_ASC"}
    return "PROGRAM_MANAGER", variables


async def _waiting_enrollments(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = await EnrollmentFactory(factory).open_scheme()
    await EnrollmentFactory(factory).pending(scheme_id, await factory.ecps.verified())
    return "PROGRAM_MANAGER", {"first": 5}


async def _a_report(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.ecps.verified()
    activity = {"externalId": "a-1", "ecpCode": "ECP-2026-000001", "kind": "APP_INSTALLED"}
    report = {"source": "academy", "activities": [{**activity, "occurredAt": "2026-03-01T09:30:00Z"}]}
    return "INTEGRATION", {"input": report}


async def _a_sale(factory: SchemeFactory, world: World) -> Prepared:
    sale = {
        "schemeId": gid(NodeKind.SCHEME, await factory.complete()),
        "ecpId": gid(NodeKind.ECP, await factory.ecps.verified()),
        "variantId": gid(NodeKind.VARIANT, world.variants["AMB-1L"].id),
        "channel": "SALE",
        "quantity": 3,
        "at": "2026-05-10T12:00:00Z",
    }
    return "PROGRAM_MANAGER", {"input": sale}


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
    "portal/EcpList": _some_ecps,
    "portal/EcpDetail": _an_ecp,
    "portal/EcpsToVerify": _waiting_ecps,
    "portal/VerifyEcp": _a_verification,
    "portal/SuspendEcp": _of_an_ecp("PROGRAM_MANAGER", reason="Under review."),
    "portal/UpdateEcp": _of_an_ecp("PROGRAM_MANAGER", displayName="Asha R. Rao", phone=""),
    "portal/EraseEcp": _of_an_ecp("PROGRAM_MANAGER", reason="A request by letter."),
    "mobile/Home": _the_app,
    "mobile/Places": _a_place,
    "mobile/RegisterEcp": _a_registration,
    "mobile/UpdateEcp": _of_an_ecp("ECP", email="asha@example.net"),
    "mobile/OpenSchemes": _open_schemes,
    "mobile/Enroll": _application,
    "mobile/MyEnrollments": _my_enrollments,
    "mobile/WithdrawEnrollment": _of_an_enrollment("ECP"),
    "portal/SchemeEnrollments": _enrolled,
    "portal/EnrollmentsToDecide": _waiting_enrollments,
    "portal/DecideEnrollment": _of_an_enrollment("PROGRAM_MANAGER", accept=False, reason="Too far away."),
    "portal/EnrollEcp": _enrolling,
    "integration/RecordActivities": _a_report,
    "portal/ReviseScheme": _revising,
    "portal/RescheduleSchemeRevision": _rescheduling,
    "portal/SchemeDiff": _a_revision,
    "portal/SchemeRevisions": _a_history,
    "portal/PreviewPoints": _a_sale,
}
