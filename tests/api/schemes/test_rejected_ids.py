"""IDs of unknown objects, of other kinds, and of objects that the viewer does not see: all are rejected."""

from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from resolvers.schemes.create_scheme import CreateScheme, create_scheme
from tests.support.client import Clients, gid
from tests.support.factories.schemes import BOTH, SchemeFactory
from tests.support.mutations.schemes import (
    DECISIONS,
    SAVES,
    UNKNOWN_SCHEME,
    answer_to,
    expect_errors,
    input_of,
    place,
    scheme,
    variant,
)
from tests.support.unchanged import nothing_changes
from tests.support.world import World, key

MISSING = "This scheme does not exist."
NODE = "query($id: ID!) { node(id: $id) { id __typename } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"
BY_CODE = "query($code: String!) { scheme(code: $code) { id } }"
LIST = "query($filter: SchemeFilter) { schemes(filter: $filter) { nodes { id } } }"
GARBAGE = ("", "garbage", "sch_", "sch_!!!", "sch_AAAA", "xyz_AAAAAAAAAAAAAAAAAAAAAA", "sch_\x00", "42", "é_é")
# Which schemes these roles do not see: a draft, or one that is submitted but not approved.
SEES_NO_DRAFT = (Role.APPROVER, Role.OPERATIONS, Role.DESIGNER, Role.VENDOR, Role.ECP, Role.INTEGRATION)
SEES_NO_SUBMITTED = SEES_NO_DRAFT[1:]


@pytest.mark.parametrize("field", [*SAVES, "submitScheme", *DECISIONS])
async def test_a_scheme_id_that_names_no_scheme_is_rejected(
    clients: Clients, world: World, database_url: str, field: str
) -> None:
    client = clients["APPROVER" if field in DECISIONS else "PROGRAM_MANAGER"]
    other_type = "This is the ID of a variant, not of a scheme."
    async with nothing_changes(database_url):
        for text in (UNKNOWN_SCHEME, f"{UNKNOWN_SCHEME}=", UNKNOWN_SCHEME.lower(), *GARBAGE):
            found = await expect_errors(client, field, **input_of(field, text))
            assert found == [("NOT_FOUND", "input.schemeId", MISSING)], text
        found = await expect_errors(client, field, **input_of(field, variant(world, "AMB-1L")))
        assert found == [("INVALID", "input.schemeId", other_type)]


@pytest.mark.parametrize("field", DECISIONS)
async def test_a_foreign_scheme_answers_like_an_unknown_one(
    clients: Clients, factory: SchemeFactory, database_url: str, field: str
) -> None:
    draft = scheme(await factory.complete())
    async with nothing_changes(database_url):
        foreign = await answer_to(clients["APPROVER"], field, **input_of(field, draft))
        unknown = await answer_to(clients["APPROVER"], field, **input_of(field, UNKNOWN_SCHEME))
    assert foreign == unknown
    (error,) = foreign.data[field]["errors"]
    assert (error["__typename"], error["code"], error["message"]) == ("ActionRefused", "NOT_FOUND", MISSING)


async def test_reading_a_foreign_scheme_answers_like_reading_an_unknown_one(
    clients: Clients, factory: SchemeFactory
) -> None:
    draft, submitted = await factory.complete(), await factory.submitted()
    for scheme_id, roles in ((draft, SEES_NO_DRAFT), (submitted, SEES_NO_SUBMITTED)):
        definition = await factory.definition(scheme_id)
        rule_id = gid(NodeKind.BONUS_RULE, definition.content.rules[0].id)
        for role in roles:
            client = clients[role]
            for foreign, unknown in (
                (scheme(scheme_id), UNKNOWN_SCHEME),
                (rule_id, gid(NodeKind.BONUS_RULE, key("no such rule"))),
            ):
                assert await client.send(NODE, id=foreign) == await client.send(NODE, id=unknown)
                assert (await client.send(NODE, id=foreign)).data == {"node": None}
                assert (await client.send(NODES, ids=[foreign, unknown])).data == {"nodes": [None, None]}
            foreign_code = await client.send(BY_CODE, code=definition.scheme.code)
            assert foreign_code == await client.send(BY_CODE, code="SCH-2026-999999")
            assert foreign_code.data == {"scheme": None}
        manager = clients["PROGRAM_MANAGER"]
        assert (await manager.send(NODE, id=rule_id)).data["node"]["__typename"] == "BonusRule"
        assert (await manager.send(BY_CODE, code=definition.scheme.code)).data == {"scheme": {"id": scheme(scheme_id)}}


async def test_nodes_answers_in_order_with_null_for_missing_objects(clients: Clients, factory: SchemeFactory) -> None:
    draft, submitted = scheme(await factory.created()), scheme(await factory.submitted())
    ids = [UNKNOWN_SCHEME, submitted, draft, submitted]
    found = (await clients["APPROVER"].send(NODES, ids=ids)).data["nodes"]
    seen = {"id": submitted, "__typename": "Scheme"}
    assert found == [None, seen, None, seen]


async def test_a_malformed_id_is_a_clear_error(clients: Clients, world: World) -> None:
    manager = clients["PROGRAM_MANAGER"]
    for text in GARBAGE:
        expected = ("BAD_USER_INPUT", "This is not a global ID.")
        assert await _request_error(clients, NODE, id=text) == (*expected, "id", ["node"])
        assert await _request_error(clients, NODES, ids=[UNKNOWN_SCHEME, text]) == (*expected, "ids", ["nodes"])
    message = "Ask for at most 200 objects at once, not 201."
    too_many = await _request_error(clients, NODES, ids=[UNKNOWN_SCHEME] * 201)
    assert too_many == ("BAD_USER_INPUT", message, "ids", ["nodes"])
    assert (await manager.send(NODES, ids=[UNKNOWN_SCHEME] * 200)).data == {"nodes": [None] * 200}
    for code in ("", "garbage", "x" * 10_000):
        assert (await manager.send(BY_CODE, code=code)).data == {"scheme": None}
    (error,) = (await manager.send(BY_CODE, code="SCH\x00")).errors
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("name", "noun", "kind"), [("geographyIds", "geography", "geo"), ("variantIds", "variant", "var")]
)
async def test_ids_in_a_filter_are_of_their_kind(clients: Clients, name: str, noun: str, kind: str) -> None:
    assert await _request_error(clients, LIST, filter={name: ["garbage"]}) == (
        "BAD_USER_INPUT",
        f"This {noun} does not exist.",
        name,
        ["schemes"],
    )
    assert await _request_error(clients, LIST, filter={name: [UNKNOWN_SCHEME]}) == (
        "BAD_USER_INPUT",
        f"This is the ID of a scheme, not of a {noun}.",
        name,
        ["schemes"],
    )
    nothing = gid(NodeKind(kind), key("nothing"))
    assert (await clients["ANALYST"].send(LIST, filter={name: [nothing]})).data == {"schemes": {"nodes": []}}


@pytest.mark.parametrize(
    ("field", "name", "noun"),
    [("saveSchemeProducts", "variantIds", "variant"), ("saveSchemeGeographies", "geographyIds", "geography")],
)
async def test_chosen_ids_exist_are_of_their_kind_and_different(  # noqa: PLR0913, PLR0917 - fixtures and a case
    clients: Clients, factory: SchemeFactory, world: World, database_url: str, field: str, name: str, noun: str
) -> None:
    kind = NodeKind.VARIANT if noun == "variant" else NodeKind.GEOGRAPHY
    known = variant(world, "AMB-1L") if noun == "variant" else place(world, "Pune")
    named = {"schemeId": scheme(await factory.complete()), "expectedVersion": 1}
    manager = clients["PROGRAM_MANAGER"]
    async with nothing_changes(database_url):
        chosen = [known, gid(kind, key("nothing")), known]
        assert await expect_errors(manager, field, **named, **{name: chosen}) == [
            ("NOT_FOUND", f"input.{name}.1", f"This {noun} does not exist."),
            ("DUPLICATE", f"input.{name}.2", f"This {noun} is chosen twice."),
        ]
        chosen = ["garbage", known, UNKNOWN_SCHEME]
        assert await expect_errors(manager, field, **named, **{name: chosen}) == [
            ("NOT_FOUND", f"input.{name}.0", f"This {noun} does not exist."),
            ("INVALID", f"input.{name}.2", f"This is the ID of a scheme, not of a {noun}."),
        ]


async def test_coupon_values_name_variants(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    named = {"schemeId": scheme(await factory.complete()), "expectedVersion": 1}
    ids = [variant(world, "AMB-1L"), place(world, "Pune"), "garbage"]
    values = [{"variantId": item, "basePoints": 1, "plannedQuantity": 1} for item in ids]
    unknown = {"variantId": gid(NodeKind.VARIANT, key("nothing")), "basePoints": 1, "plannedQuantity": 1}
    manager = clients["PROGRAM_MANAGER"]
    async with nothing_changes(database_url):
        assert await expect_errors(manager, "saveSchemeCouponValues", **named, values=values) == [
            ("INVALID", "input.values.1.variantId", "This is the ID of a geography, not of a variant."),
            ("NOT_FOUND", "input.values.2.variantId", "This variant does not exist."),
        ]
        message = "This variant is not among the products of the scheme."
        assert await expect_errors(manager, "saveSchemeCouponValues", **named, values=[unknown]) == [
            ("NOT_FOUND", "input.values.0.variantId", message)
        ]


async def test_every_wrong_id_of_an_input_comes_back_together(
    clients: Clients, world: World, database_url: str
) -> None:
    given = {"schemeId": "garbage", "expectedVersion": 0, "variantIds": ["garbage", place(world, "Pune")]}
    async with nothing_changes(database_url):
        assert await expect_errors(clients["PROGRAM_MANAGER"], "saveSchemeProducts", **given) == [
            ("NOT_FOUND", "input.schemeId", MISSING),
            ("NOT_FOUND", "input.variantIds.0", "This variant does not exist."),
            ("INVALID", "input.variantIds.1", "This is the ID of a geography, not of a variant."),
        ]


async def test_a_scheme_of_another_manager_is_not_foreign(clients: Clients, factory: SchemeFactory) -> None:
    """Program managers share their work: visibility depends on the stage, not on the creator."""
    scheme_id: UUID = await create_scheme(factory.operation("second manager"), CreateScheme("Monsoon Care", BOTH))
    answer = await answer_to(
        clients["PROGRAM_MANAGER"], "saveSchemeBasics", **input_of("saveSchemeBasics", scheme(scheme_id))
    )
    assert answer.data["saveSchemeBasics"]["errors"] == []


async def _request_error(clients: Clients, query: str, **variables: Any) -> tuple[str, str, str, list[str]]:
    """Code, message, argument and path of the one error of a query."""
    (error,) = (await clients["ANALYST"].send(query, **variables)).errors
    extensions = error["extensions"]
    return extensions["code"], error["message"], extensions["argument"], error["path"]
