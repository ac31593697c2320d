"""Objects by global id: every kind, for every role, with what each may see (R25)."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.program.facts import PROGRAM_ID
from domain.viewers import SchemeScope
from schema.build import NODE_LOADERS
from tests.support.adjustments import adjusted
from tests.support.client import Client, Clients, gid
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.ecps import EcpFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.factories.webhooks import failing_endpoint
from tests.support.files import begin, png
from tests.support.imports import begun_import
from tests.support.jobs import enqueue
from tests.support.ledger_desk import LedgerDesk
from tests.support.ledger_story import posted_entry
from tests.support.sales import example_sales
from tests.support.settlements import example_settlement
from tests.support.short_receipt import short_receipt
from tests.support.simulations import start
from tests.support.world import World

ADMIN_READS = {
    NodeKind.ACCOUNT,
    NodeKind.API_KEY,
    NodeKind.AUDIT_ENTRY,
    # The upload of the tests is that of the account with the role ADMIN.
    NodeKind.UPLOAD,
    NodeKind.WEBHOOK_DELIVERY,
    NodeKind.WEBHOOK_ENDPOINT,
}
STAFF_READS = set(NodeKind) - ADMIN_READS
DOCUMENT = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
SCOPED = {
    Role.ADMIN: SchemeScope.ALL,
    Role.PROGRAM_MANAGER: SchemeScope.ALL,
    Role.ANALYST: SchemeScope.ALL,
    Role.APPROVER: SchemeScope.SUBMITTED,
    Role.OPERATIONS: SchemeScope.APPROVED,
    Role.DESIGNER: SchemeScope.APPROVED,
    Role.ECP: SchemeScope.APPROVED,
}
# The ECP of the tests is that of the account with the role ECP.
SEES_ECPS = {Role.ADMIN, Role.PROGRAM_MANAGER, Role.ANALYST, Role.ECP}
SEES_SETTLEMENTS = {Role.ADMIN, Role.PROGRAM_MANAGER, Role.APPROVER, Role.ANALYST, Role.INTEGRATION}
TYPES = {
    NodeKind.ACCOUNT: "Account",
    NodeKind.ADJUSTMENT: "Adjustment",
    NodeKind.ALIAS: "Alias",
    NodeKind.API_KEY: "ApiKey",
    NodeKind.ARTWORK: "Artwork",
    NodeKind.AUDIT_ENTRY: "AuditEntry",
    NodeKind.BATCH: "Batch",
    NodeKind.BATCH_MOVEMENT: "BatchMovement",
    NodeKind.BONUS_RULE: "BonusRule",
    NodeKind.CATEGORY: "Category",
    NodeKind.CONSIGNMENT: "Consignment",
    NodeKind.DISCREPANCY: "Discrepancy",
    NodeKind.ECP: "Ecp",
    NodeKind.ENROLLMENT: "Enrollment",
    NodeKind.GEOGRAPHY: "Geography",
    NodeKind.SALES_IMPORT: "Import",
    NodeKind.JOB: "Job",
    NodeKind.NOTIFICATION: "Notification",
    NodeKind.PACK: "Pack",
    NodeKind.POINTS_ENTRY: "PointsEntry",
    NodeKind.PARKED_SALE: "ParkedSale",
    NodeKind.PRODUCT: "Product",
    NodeKind.PROGRAM: "Program",
    NodeKind.SALE: "Sale",
    NodeKind.SALE_LINE: "SaleLine",
    NodeKind.SCHEME: "Scheme",
    NodeKind.SCHEME_ACTIVITY: "SchemeActivity",
    NodeKind.SETTLEMENT: "Settlement",
    NodeKind.SETTLEMENT_LINE: "SettlementLine",
    NodeKind.SIMULATION: "Simulation",
    NodeKind.TIER: "Tier",
    NodeKind.UPLOAD: "Upload",
    NodeKind.VARIANT: "Variant",
    NodeKind.VENDOR: "Vendor",
    NodeKind.WEBHOOK_DELIVERY: "WebhookDelivery",
    NodeKind.WEBHOOK_ENDPOINT: "WebhookEndpoint",
}


async def found(client: Client, ids: list[str]) -> list[str | None]:
    """The types of the objects, None where the viewer is shown none."""
    nodes = (await client.send(DOCUMENT, ids=ids)).data["nodes"]
    assert all(node is None or node["id"] == wanted for node, wanted in zip(nodes, ids, strict=True))
    return [node and node["__typename"] for node in nodes]


@pytest.fixture
async def ids(
    clients: Clients,
    world: World,
    consignments: ConsignmentFactory,
    ecps: EcpFactory,
    enrollments: EnrollmentFactory,
) -> dict[NodeKind, str]:
    """One global ID of each kind. The scheme is approved, and its manager was notified."""
    account = gid(NodeKind.ACCOUNT, world.accounts["INTEGRATION"].id)
    document = 'mutation ($id: ID!) { createApiKey(input: {accountId: $id, name: "Till"}) { apiKey { id } } }'
    made = (await clients[Role.ADMIN].send(document, id=account)).data["createApiKey"]
    factory = consignments.schemes
    scheme_id = await factory.approved()
    rule = (await factory.definition(scheme_id)).content.rules[0]
    document = "{ viewer { notifications(first: 1) { nodes { id activity { id } } } } }"
    (notification,) = (await clients[Role.PROGRAM_MANAGER].send(document)).data["viewer"]["notifications"]["nodes"]
    admin = factory.operation(Role.ADMIN)
    endpoint_id, delivery_id = await failing_endpoint(admin, world.accounts["INTEGRATION"].id)
    await admin.close()
    ecp_id = await ecps.verified()
    open_scheme_id = await enrollments.open_scheme()
    enrollment_id = await enrollments.enrolled(open_scheme_id, ecp_id)
    adjustment_id = await adjusted(factory, ecp_id, open_scheme_id, 500)
    short = await short_receipt(consignments, scheme_id)
    sales = await example_sales(factory.environment, world)
    viewer = world.viewer(Role.PROGRAM_MANAGER)
    simulation_id = await start(factory.environment, viewer, scheme_id, date(2026, 5, 1), date(2026, 5, 31))
    upload_id, _ = await begin(clients[Role.ADMIN], png())
    settlement = await example_settlement(factory)
    return {
        **short,
        **sales,
        **settlement,
        NodeKind.ACCOUNT: account,
        NodeKind.ADJUSTMENT: gid(NodeKind.ADJUSTMENT, adjustment_id),
        NodeKind.API_KEY: made["apiKey"]["id"],
        NodeKind.BONUS_RULE: gid(NodeKind.BONUS_RULE, rule.id),
        NodeKind.CATEGORY: gid(NodeKind.CATEGORY, world.categories["Engine oil"].id),
        NodeKind.ECP: gid(NodeKind.ECP, ecp_id),
        NodeKind.ENROLLMENT: gid(NodeKind.ENROLLMENT, enrollment_id),
        NodeKind.GEOGRAPHY: gid(NodeKind.GEOGRAPHY, world.geographies["Pune"].id),
        NodeKind.JOB: gid(NodeKind.JOB, await enqueue(factory.environment, world.viewer(Role.PROGRAM_MANAGER))),
        NodeKind.NOTIFICATION: notification["id"],
        NodeKind.POINTS_ENTRY: gid(
            NodeKind.POINTS_ENTRY, await posted_entry(LedgerDesk(factory.environment, world), ecp_id)
        ),
        NodeKind.PRODUCT: gid(NodeKind.PRODUCT, world.products["Amber Oil"].id),
        NodeKind.PROGRAM: gid(NodeKind.PROGRAM, PROGRAM_ID),
        NodeKind.SCHEME: gid(NodeKind.SCHEME, scheme_id),
        NodeKind.SCHEME_ACTIVITY: notification["activity"]["id"],
        NodeKind.SALES_IMPORT: gid(
            NodeKind.SALES_IMPORT, await begun_import(factory.environment, world.viewer(Role.INTEGRATION))
        ),
        NodeKind.SIMULATION: gid(NodeKind.SIMULATION, simulation_id),
        NodeKind.TIER: gid(NodeKind.TIER, world.tiers["Gold"].id),
        NodeKind.UPLOAD: upload_id,
        NodeKind.VARIANT: gid(NodeKind.VARIANT, world.variants["LENS-1"].id),
        NodeKind.VENDOR: gid(NodeKind.VENDOR, world.vendors["PRN-1"].id),
        NodeKind.WEBHOOK_DELIVERY: gid(NodeKind.WEBHOOK_DELIVERY, delivery_id),
        NodeKind.WEBHOOK_ENDPOINT: gid(NodeKind.WEBHOOK_ENDPOINT, endpoint_id),
    }


async def test_each_role_finds_what_it_may_read(clients: Clients, world: World, ids: dict[NodeKind, str]) -> None:
    """R25: objects that a role may not read are null, like unknown ones."""
    assert set(ids) == set(NodeKind) == set(TYPES)
    for role in Role:
        viewer = world.viewer(role)
        hidden = set() if role in SCOPED else {NodeKind.SCHEME, NodeKind.BONUS_RULE, NodeKind.SCHEME_ACTIVITY}
        if role is Role.VENDOR:
            # The vendor of the tests is the first of the chain.
            hidden.remove(NodeKind.SCHEME)
        if role not in SEES_ECPS:
            hidden |= {NodeKind.ADJUSTMENT, NodeKind.ECP, NodeKind.ENROLLMENT}
        if role not in SEES_SETTLEMENTS:
            hidden.add(NodeKind.SETTLEMENT_LINE)
        if role is not Role.PROGRAM_MANAGER:
            hidden.add(NodeKind.NOTIFICATION)
        if role not in {Role.PROGRAM_MANAGER, Role.ADMIN}:
            hidden.add(NodeKind.JOB)
        if role is not Role.ADMIN:
            hidden.add(NodeKind.UPLOAD)
        if role is Role.ECP:
            hidden |= {NodeKind.PARKED_SALE, NodeKind.SALES_IMPORT}
        expected = [
            TYPES[kind] if viewer.may(NODE_LOADERS[kind].permission) and kind not in hidden else None
            for kind in NodeKind
        ]
        assert await found(clients[role], [ids[kind] for kind in NodeKind]) == expected, role
    admin_reads = set(NodeKind) - {NodeKind.NOTIFICATION, NodeKind.SIMULATION}
    for role, theirs in ((Role.ADMIN, admin_reads), (Role.PROGRAM_MANAGER, STAFF_READS)):
        assert await found(clients[role], [ids[kind] for kind in theirs]) == [TYPES[kind] for kind in theirs]


async def test_schemes_and_their_rules_are_seen_by_scope(clients: Clients, factory: SchemeFactory) -> None:
    """R25: a draft by those who define, a submission by approvers too, an approved scheme by all staff."""
    made = {
        SchemeScope.ALL: await factory.complete(),
        SchemeScope.SUBMITTED: await factory.submitted(),
        SchemeScope.APPROVED: await factory.approved(),
    }
    for role in Role:
        scope = SCOPED.get(role, SchemeScope.NONE)
        for needed, scheme_id in made.items():
            rule = (await factory.definition(scheme_id)).content.rules[0]
            wanted = [gid(NodeKind.SCHEME, scheme_id), gid(NodeKind.BONUS_RULE, rule.id)]
            expected = ["Scheme", "BonusRule"] if scope >= needed else [None, None]
            assert await found(clients[role], wanted) == expected, (role, needed)


@pytest.mark.parametrize("role", [role for role in Role if role not in SCOPED])
async def test_roles_that_see_no_scheme_have_empty_lists(clients: Clients, factory: SchemeFactory, role: Role) -> None:
    """R25: for any search and any cursor, the list is empty without an error."""
    definition = await factory.definition(await factory.approved())
    document = """query ($code: String!, $filter: SchemeFilter, $after: String) { scheme(code: $code) { id }
        schemes(filter: $filter, after: $after) { totalCount nodes { id } pageInfo { endCursor } } }"""
    empty = {"scheme": None, "schemes": {"totalCount": 0, "nodes": [], "pageInfo": {"endCursor": None}}}
    code = definition.scheme.code
    shown = (await clients[Role.ADMIN].send(document, code=code)).data
    cursor = shown["schemes"]["pageInfo"]["endCursor"]
    for given in ({}, {"filter": {"search": "monsoon", "statuses": ["RUNNING"]}}, {"after": cursor}):
        assert (await clients[role].send(document, code=code, **given)).data == empty


async def test_unknown_ids_are_null_in_their_places(clients: Clients, ids: dict[NodeKind, str]) -> None:
    """The answer has the order of the question; the same id may be asked for twice."""
    admin = clients[Role.ADMIN]
    unknown = [gid(kind, UUID(int=7)) for kind in NodeKind]
    assert await found(admin, unknown) == [None] * len(NodeKind)
    mixed = [ids[NodeKind.TIER], unknown[0], ids[NodeKind.VENDOR], ids[NodeKind.TIER]]
    assert await found(admin, mixed) == ["Tier", None, "Vendor", "Tier"]
    assert await found(admin, []) == []


async def test_one_node_and_its_fields(clients: Clients, ids: dict[NodeKind, str]) -> None:
    """Each type answers its own fields."""
    document = """query ($id: ID!) { node(id: $id) { id
        ... on BonusRule { name qualifies gets } ... on ApiKey { name hint account { displayName } }
        ... on Variant { sku product { name } } ... on Account { displayName roles } } }"""
    shown: dict[NodeKind, dict[str, Any]] = {
        NodeKind.BONUS_RULE: {
            "name": "Gold bonus",
            "qualifies": "ECPs who are Gold or above.",
            "gets": "50 points for each sale or coupon.",
        },
        NodeKind.VARIANT: {"sku": "LENS-1", "product": {"name": "Clear Lens"}},
        NodeKind.ACCOUNT: {"displayName": "Integration", "roles": ["INTEGRATION"]},
    }
    for kind, fields in shown.items():
        node = (await clients[Role.ADMIN].send(document, id=ids[kind])).data["node"]
        assert node == {"id": ids[kind], **fields}
    node = (await clients[Role.ADMIN].send(document, id=ids[NodeKind.API_KEY])).data["node"]
    assert (node["name"], node["account"], node["hint"][:4]) == ("Till", {"displayName": "Integration"}, "tsk_")


@pytest.mark.parametrize(
    "text", ["", "x", "sch_", "sch_AAAA", "xyz_AAAAAAAAAAAAAAAAAAAAAA", "sch_AAAAAAAAAAAAAAAAAAAAAB", "sch_ü", "1"]
)
async def test_malformed_global_ids_are_rejected(clients: Clients, text: str) -> None:
    """Ids are opaque, and each object has exactly one."""
    for document, argument in (
        ("query ($id: ID!) { node(id: $id) { id } }", "id"),
        ("query ($id: ID!) { nodes(ids: [$id]) { id } }", "ids"),
    ):
        answer = await clients[Role.ADMIN].send(document, id=text)
        (error,) = answer.errors
        assert error["message"] == "This is not a global ID."
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": argument}


async def test_at_most_two_hundred_nodes_are_fetched_at_once(clients: Clients) -> None:
    """More are rejected before anything is read."""
    some = gid(NodeKind.TIER, UUID(int=7))
    assert await found(clients[Role.ADMIN], [some] * 200) == [None] * 200
    answer = await clients[Role.ADMIN].send(DOCUMENT, ids=[some] * 201)
    assert [error["message"] for error in answer.errors] == ["Ask for at most 200 objects at once, not 201."]
