"""Documents written by hand over the real schema: one for each thing that GraphQL can say."""

from typing import Any

import pytest
import strawberry
from strawberry.schema.exceptions import CannotGetOperationTypeError

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.viewers import Viewer
from graphql_api.execution import CompiledSchema
from tests.support.execution.example import ID_COUNT, Example
from tests.support.execution.oracle import Comparison, compare

# Each is executed by its plan. `$id` is a scheme with rules of all kinds, `$ids` are rows of every kind.
PLANNED = {
    "aliases": "{ a: tiers { x: name y: name rank } b: tiers { rank x: code } }",
    "typename everywhere": """{ __typename t: __typename tiers { __typename } schemes(first: 1) { __typename edges {
        __typename node { k: __typename __typename } } } }""",
    "named fragments": """{ ...A } fragment A on Query { geographies { ...B } } fragment B on Geography { ...C name }
        fragment C on Geography { children { ...D } parent { id } } fragment D on Geography { parent { name } id }""",
    "inline fragments": """{ ... { tiers { ... on Tier { ... { ... on Node { id } name } } } } ... on Query {
        tiers { rank } } }""",
    "overlapping selections": """{ schemes { nodes { stages { kind } variants { variant { name } } stages { state kind }
        ...A } nodes { variants { basePoints variant { product { name } } } id } } }
        fragment A on Scheme { variants { variant { product { id } sku } } stages { position } }""",
    "fragments on an interface": """query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Node { again: id }
        ... on Scheme { title stage { kind } } ... on Geography { parent { name } } ...A ...B } }
        fragment A on Node { ... on Account { displayName roles } ... on Product { variants { sku } } }
        fragment B on BonusRule { name condition { __typename } }""",
    "one node": "query ($id: ID!) { node(id: $id) { __typename id ... on Scheme { title } ... on Tier { rank } } }",
    "no node": """{ node(id: "sch_AAAAAAAAAAAAAAAAAAAAAA") { id } nodes(ids: "tir_AAAAAAAAAAAAAAAAAAAAAA") { id } }""",
    "a union within a union": """query ($id: ID!) { node(id: $id) { ... on Scheme { rules { reward { __typename
        ... on FlatPointsReward { points } ... on PointsPerUnitReward { points } ... on SlabsReward { slabs {
        fromQuantity } } ... on PercentOfBaseReward { percent } ... on MultiplyBaseReward { factor } } limits {
        pointsPerEcp timesPerEcp } condition { ...C ... on AllCondition { conditions { ...C ... on AnyCondition {
        conditions { ...C ... on NotCondition { condition { ...C } } } } ... on NotCondition { condition { ...C
        ... on AllCondition { conditions { ...C } } } } } } } } } } }
        fragment C on RuleCondition { __typename ... on TierCondition { tiers { name } atLeastTier { name } }
        ... on GeographyCondition { geographies { name parent { name } } } ... on ProductCondition { variants { sku }
        products { name } categories } ... on ChannelCondition { channel } ... on QuantityCondition { atLeast atMost }
        ... on VolumeCondition { measure period atLeastVolume variants { sku } } ... on ActivityCondition { kind times }
        ... on EnrolledWithinCondition { days } ... on PeriodCondition { from to weekdays fromTime toTime } }""",
    "skip and include, literal": """{ tiers { name @skip(if: true) code @include(if: true) rank @include(if: false)
        id @skip(if: false) @include(if: true) } vendors @skip(if: true) { nodes { id } } }""",
    "skip and include, variables": """query ($yes: Boolean!, $no: Boolean = false) { tiers { name @skip(if: $yes)
        code @include(if: $yes) rank @skip(if: $no) @include(if: $yes) ... @include(if: $no) { id }
        ...A @skip(if: $no) } } fragment A on Tier { again: name @include(if: $yes) }""",
    "everything skipped": "query ($yes: Boolean!) { tiers @skip(if: $yes) { name } }",
    "variables and defaults": """query ($first: Int = 2, $after: String, $order: SchemeOrder = TITLE_ASC,
        $filter: SchemeFilter = {statuses: [APPROVED, APPROVAL_PENDING]}) {
        schemes(first: $first, after: $after, orderBy: $order, filter: $filter) { nodes { title } totalCount } }""",
    "arguments beneath the root": """query ($first: Int = 1, $after: String) { workQueues { key schemes(first: $first,
        after: $after) { nodes { title } } two: schemes(first: 2) { nodes { id } totalCount } all: schemes {
        nodes { code } totalCount } } }""",
    "a connection": """{ schemes(first: 2) { edges { cursor node { title } } nodes { id } totalCount pageInfo {
        hasNextPage hasPreviousPage startCursor endCursor } } schemesFromTheEnd: schemes(last: 2) { edges { cursor }
        pageInfo { hasNextPage hasPreviousPage } } none: schemes(filter: {search: "nothing"}) { edges { cursor }
        totalCount pageInfo { startCursor endCursor hasNextPage } } }""",
    "several root fields": """{ categories viewer { account { email createdAt } roles permissions } tiers { rank }
        accounts(role: ADMIN) { nodes { displayName disabledAt vendor { name } } } vendors(kind: PRINTER) { totalCount }
        variants(search: "amber") { nodes { product { variants { sku } } } } apiKeys { nodes { hint account { email }
        createdBy { displayName } } } }""",
    "activity": """{ schemes { nodes { participants { displayName } activity(first: 2) { totalCount edges { cursor }
        nodes { kind message at step version actor { displayName } scheme { title } changes { field before after } }
        pageInfo { hasNextPage } } all: activity { nodes { id } } } } }""",
    "notifications": """{ viewer { unreadCount notifications(first: 1) { totalCount nodes { kind message readAt
        createdAt actor { displayName } scheme { code } activity { changes { field } } } pageInfo { endCursor
        hasNextPage } } unread: notifications(unreadOnly: true) { edges { cursor } } } }""",
    "streams": """query ($id: ID!, $ours: EventCursor, $theirs: EventCursor) { notifications(first: 1) { nodes { id }
        edges { cursor node { message } } totalCount resumeAt pageInfo { hasNextPage startCursor endCursor } }
        rest: notifications(after: $ours) { resumeAt nodes { kind } pageInfo { hasNextPage hasPreviousPage } }
        schemeActivity(schemeId: $id, first: 2) { totalCount resumeAt nodes { message } } more: schemeActivity(
        schemeId: $id, after: $theirs) { edges { cursor node { step changes { field before } } } resumeAt } }""",
    "webhooks": """{ webhookEndpoints(first: 2) { totalCount edges { cursor } nodes { url kinds cursor state stateLabel
        failures nextAttemptAt disabledAt disabledReason account { displayName } createdBy { email } createdAt updatedAt
        deliveries(first: 1) { totalCount edges { cursor } nodes { id kind attempt attemptedAt milliseconds status error
        delivered } pageInfo { hasNextPage } } failed: deliveries(first: 1, failed: true) { totalCount nodes {
        outcomeLabel skippedAt skippedBy { displayName } viewerActions endpoint { id throttles } } } } } }""",
    "all events": """{ events(first: 9) { edges { cursor } nodes { cursor kind at data } resumeAt pageInfo {
        hasNextPage hasPreviousPage startCursor endCursor } } some: events(kinds: [SCHEME_CREATED, PRODUCT_SAVED]) {
        nodes { kind data } } }""",
    "ecps": """{ ecps(first: 2) { totalCount pageInfo { endCursor hasNextPage } edges { cursor node { ...Ecp } } }
        newest: ecps(orderBy: REGISTERED_AT_DESC, filter: {search: "rao", statuses: [SUSPENDED], registeredFrom:
        "2026-01-01"}) { totalCount nodes { ...Ecp viewerActions } } ecp(code: "ECP-2026-000001") { ...Ecp }
        none: ecp(code: "x") { id } workQueues { key ecps { totalCount nodes { code registeredAt } } }
        viewer { ecp { code } } }
        fragment Ecp on Ecp { id code displayName practice status statusLabel email phone licenseNumber registeredAt
        verifiedAt suspendedReason erasedAt erasedReason geography { name } tier { name rank } account { email } }""",
    "review and submission": """{ schemes { nodes { terms { version publishedAt } review { contentHash ready
        couponQuantity baseLiability problems { message path } warnings { code } } submission { submittedBy {
        displayName } submittedAt decidedBy { displayName } decidedAt reason } wizard { currentStep steps { label
        state problems { path } } } createdAt startsOn budget viewerActions earningChannels } } }""",
}

# The plan is given up, for this reason, and graphql-core answers.
FALLING_BACK = {
    "introspection": ("{ __schema { queryType { name } } tiers { name } }", "introspection"),
    "introspection of a type": ('{ __type(name: "Scheme") { fields { name } } }', "introspection"),
    "an error of a root field": ("{ schemes(first: 0) { totalCount } }", "error"),
    "an error beside data": ('{ tiers { name } node(id: "nothing") { id } categories }', "error"),
    "an error deep in the answer": ("{ workQueues { key schemes(first: 0) { totalCount } } }", "error"),
    "a cursor of another stream": (
        "query ($theirs: EventCursor) { notifications(after: $theirs) { totalCount } }",
        "error",
    ),
    "a cursor from elsewhere": ('{ workQueues { schemes(after: "x") { totalCount } } tiers { id } }', "error"),
    "both ends at once": ("{ vendors(first: 1, last: 1) { totalCount } a: tiers { id } }", "error"),
}


@pytest.mark.parametrize("name", PLANNED)
async def test_a_plan_gives_the_answer_of_graphql_core(
    name: str, compiled: CompiledSchema, standard: strawberry.Schema, example: Example
) -> None:
    found = await _compare(compiled, standard, example, PLANNED[name])
    assert found.differences == []
    assert found.engine.errors == []
    assert found.fallback is None


@pytest.mark.parametrize("name", FALLING_BACK)
async def test_documents_without_a_plan_are_answered_by_graphql_core(
    name: str, compiled: CompiledSchema, standard: strawberry.Schema, example: Example
) -> None:
    document, reason = FALLING_BACK[name]
    found = await _compare(compiled, standard, example, document)
    assert found.differences == []
    assert not found.loose
    assert found.fallback == reason


@pytest.mark.parametrize("yes", [True, False])
@pytest.mark.parametrize("no", [True, False])
async def test_each_outcome_of_the_conditions_has_its_plan(
    compiled: CompiledSchema, standard: strawberry.Schema, example: Example, *, yes: bool, no: bool
) -> None:
    document = PLANNED["skip and include, variables"]
    found = await _compare(compiled, standard, example, document, yes=yes, no=no)
    assert found.differences == []
    assert found.fallback is None


@pytest.mark.parametrize("index", range(ID_COUNT))
async def test_a_row_of_any_kind_is_a_node(
    index: int, compiled: CompiledSchema, standard: strawberry.Schema, example: Example
) -> None:
    found = await _compare(compiled, standard, example, PLANNED["one node"], id=example.ids[index])
    assert found.differences == []
    assert found.fallback is None
    assert found.engine.value["node"]["id"] == example.ids[index]


def test_the_example_has_a_row_of_every_kind(example: Example) -> None:
    assert {text.partition("_")[0] for text in example.ids} == set(NodeKind)


@pytest.mark.parametrize("name", ["One", "Two", "Three", ""])
async def test_the_operation_is_chosen_by_its_name(
    name: str, compiled: CompiledSchema, standard: strawberry.Schema, example: Example
) -> None:
    document = "query One { ...A } query Two { categories ...A } fragment A on Query { tiers { name } }"
    context = example.context(example.everybody)
    found = await compare(compiled, standard, document, context=context, operation_name=name)
    assert found.differences == []
    assert found.engine.executed == (name in {"One", "Two"})


async def test_one_of_several_operations_must_be_named(compiled: CompiledSchema) -> None:
    # As the specification and graphql-core have it; Strawberry would execute the first one.
    with pytest.raises(CannotGetOperationTypeError):
        await compiled.execute("query One { tiers { id } } query Two { tiers { id } }")


@pytest.mark.parametrize("who", [None, Role.VENDOR, Role.APPROVER, Role.ANALYST])
async def test_denied_fields_have_the_same_errors(
    who: Role | None, compiled: CompiledSchema, standard: strawberry.Schema, example: Example
) -> None:
    document = """query ($ids: [ID!]!) { viewer { account { displayName vendor { name } } } nodes(ids: $ids) { id }
        accounts { totalCount } schemes { nodes { id } } }"""
    viewer = None if who is None else example.world.viewer(who)
    found = await _compare(compiled, standard, example, document, viewer=viewer)
    assert found.differences == []
    assert found.fallback == "error"
    document = "{ viewer { account { displayName } } a: node(id: %r) { id } }" % example.ids[6]  # noqa: UP031 - braces
    found = await _compare(compiled, standard, example, document.replace("'", '"'), viewer=viewer)
    assert found.differences == []
    assert found.fallback == ("error" if who is None else None)
    assert found.engine.paths == ([("a",), ("viewer",)] if who is None else [])


async def _compare(
    compiled: CompiledSchema,
    standard: strawberry.Schema,
    example: Example,
    document: str,
    viewer: Viewer | str | None = "everybody",
    **variables: Any,
) -> Comparison:
    given = {"id": example.ids[1], "ids": [*example.ids, example.ids[2]], "yes": True, **variables}
    given["theirs"], given["ours"] = example.cursors
    asks = example.everybody if isinstance(viewer, str) else viewer
    return await compare(compiled, standard, document, given, context=example.context(asks))
