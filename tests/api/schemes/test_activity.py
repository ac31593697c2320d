"""The activity of a scheme: every mutation is an entry with a sentence, and every save lists its changes (R6)."""

from typing import Any

import pytest

from domain.channels import EarningChannel
from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.notifications import add, entries, remove, sentences
from tests.support.mutations.schemes import basics, input_of, mutate, payload_of, place, rule, scheme, tier, variant
from tests.support.unchanged import nothing_changes
from tests.support.world import World

PAGE = """query ($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Scheme { activity(first: $first,
  after: $after) { totalCount edges { cursor node { message } } pageInfo { hasNextPage hasPreviousPage startCursor
  endCursor } } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename ... on SchemeActivity { message scheme { code } } } }"


async def test_each_step_of_the_wizard_is_an_entry_with_its_changes(
    clients: Clients, world: World, clock: TestClock
) -> None:
    manager = clients["PROGRAM_MANAGER"]
    given = {"title": "Monsoon Care", "earningChannels": ["SALE"]}
    scheme_id = (await mutate(manager, "createScheme", **given))["scheme"]["id"]
    named = {"schemeId": scheme_id, "expectedVersion": 0}
    litre, maharashtra = variant(world, "AMB-1L"), place(world, "Maharashtra")
    value = {"variantId": litre, "basePoints": 10, "plannedQuantity": 1_000}
    gold = rule({"tier": {"atLeast": tier(world, "Gold")}}, name="Gold bonus")
    clock.advance(hours=1)
    await mutate(manager, "saveSchemeBasics", **basics(**named))
    await mutate(manager, "saveSchemeProducts", **named, variantIds=[litre])
    await mutate(manager, "saveSchemeGeographies", **named, geographyIds=[maharashtra])
    await mutate(manager, "saveSchemeCouponValues", **named, values=[value])
    await mutate(manager, "saveSchemeBonusRules", **named, rules=[gold])
    found = await entries(clients["ANALYST"], scheme_id)
    assert [(entry["step"], entry["version"], entry["message"]) for entry in reversed(found)] == [
        (step, version, f"Program Manager {what} “Monsoon Care”.")
        for step, version, what in (
            (None, None, "created"),
            ("BASICS", 1, "added the earning channel coupon and filled in the basics (dates and terms) in"),
            ("PRODUCTS", 1, "added AMB-1L to the products in"),
            ("GEOGRAPHIES", 1, "added Maharashtra to the geographies in"),
            ("COUPON_VALUES", 1, "set the coupon values of AMB-1L in"),
            ("BONUS_RULES", 1, "added the rule “Gold bonus” in"),
        )
    ]
    kinds = {entry["kind"] for entry in found[:-1]}
    assert (kinds, found[-1]["kind"]) == ({"SCHEME_STEP_SAVED"}, "SCHEME_CREATED")
    assert {entry["actor"]["displayName"] for entry in found} == {"Program Manager"}
    assert [entry["at"][:13] for entry in found] == ["2026-03-10T10"] * 5 + ["2026-03-10T09"]
    assert found[-1]["changes"] == []
    assert found[4]["changes"] == [
        _change("earningChannels", ["SALE"], ["COUPON", "SALE"]),
        _change("enrollmentOpensOn", None, "2026-04-01"),
        _change("enrollmentClosesOn", None, "2026-04-30"),
        _change("startsOn", None, "2026-05-01"),
        _change("endsOn", None, "2026-07-31"),
        _change("termsMarkdown", None, "Be fair."),
    ]
    assert found[3]["changes"] == [_change("variantIds", [], [litre])]
    assert found[2]["changes"] == [_change("geographyIds", [], [maharashtra])]
    assert found[1]["changes"] == [_change("values", [], [value])]
    ((field, before, after),) = [tuple(change.values()) for change in found[0]["changes"]]
    assert (field, before, [found["name"] for found in after]) == ("rules", [], ["Gold bonus"])
    assert after[0]["condition"] == {"kind": "tier", "atLeast": tier(world, "Gold")}


async def test_a_save_that_changes_other_steps_says_so(clients: Clients, factory: SchemeFactory, world: World) -> None:
    """Removing a product removes its coupon value. The entry lists both, with the saved version and step."""
    scheme_id = scheme(await factory.complete())
    litre, four = variant(world, "AMB-1L"), variant(world, "AMB-4L")
    await mutate(
        clients["second manager"], "saveSchemeProducts", schemeId=scheme_id, expectedVersion=1, variantIds=[litre]
    )
    newest = (await entries(clients["PROGRAM_MANAGER"], scheme_id))[0]
    assert (newest["step"], newest["version"], newest["actor"]["displayName"]) == ("PRODUCTS", 2, "Second Manager")
    assert newest["message"] == "Second Manager removed AMB-4L from the products in “Monsoon Care”."
    assert {change["field"]: sorted(change["before"], key=str) for change in newest["changes"]} == {
        "variantIds": sorted([litre, four]),
        "values": sorted([_value(litre, 10), _value(four, 20)], key=str),
    }
    assert {change["field"]: change["after"] for change in newest["changes"]} == {
        "variantIds": [litre],
        "values": [_value(litre, 10)],
    }


async def test_a_save_without_a_change_is_no_entry_but_the_first_one(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    manager = clients["PROGRAM_MANAGER"]
    empty, complete = scheme(await factory.created()), scheme(await factory.complete())
    await mutate(manager, "saveSchemeBonusRules", schemeId=empty, expectedVersion=0, rules=[])
    first = (await entries(manager, empty))[0]
    assert first["message"] == "Program Manager saved “Monsoon Care” without changes."
    assert (first["step"], first["version"], first["changes"]) == ("BONUS_RULES", 1, [])
    async with nothing_changes(database_url):
        await mutate(manager, "saveSchemeBonusRules", schemeId=empty, expectedVersion=1, rules=[])
        given = basics(schemeId=complete, expectedVersion=1, description="For workshops.")
        await mutate(clients["second manager"], "saveSchemeBasics", **given)


async def test_a_rejected_mutation_adds_no_entry(clients: Clients, factory: SchemeFactory) -> None:
    manager, scheme_id = clients["PROGRAM_MANAGER"], scheme(await factory.complete())
    before = await entries(manager, scheme_id, first=200)
    for given in (basics(title=""), basics(startsOn="2026-08-01"), basics(budget=-1)):
        payload = await payload_of(manager, "saveSchemeBasics", schemeId=scheme_id, expectedVersion=1, **given)
        assert payload["errors"]
    for version in (0, 2):
        payload = await payload_of(manager, "saveSchemeProducts", **input_of("saveSchemeProducts", scheme_id, version))
        assert [error["code"] for error in payload["errors"]] == ["VERSION_CONFLICT"]
    assert await entries(manager, scheme_id, first=200) == before


async def test_submissions_decisions_and_participants_are_entries(
    clients: Clients, factory: SchemeFactory, world: World
) -> None:
    manager = clients["PROGRAM_MANAGER"]
    given_back, rejected, approved = await factory.given_back(), await factory.rejected(), await factory.approved()
    reason = "Please lower the budget."
    for scheme_id, kind, sentence in (
        (given_back, "SCHEME_CHANGES_REQUESTED", f"Approver requested changes to “Monsoon Care”: {reason}"),
        (rejected, "SCHEME_REJECTED", "Approver rejected “Monsoon Care”: Not this year."),
        (approved, "SCHEME_APPROVED", "Approver approved “Monsoon Care”."),
    ):
        decision, submission, *_ = await entries(manager, scheme(scheme_id))
        assert (decision["kind"], decision["message"]) == (kind, sentence)
        assert (submission["kind"], submission["message"]) == (
            "SCHEME_SUBMITTED",
            "Program Manager submitted “Monsoon Care” for approval.",
        )
        assert [entry[key] for entry in (decision, submission) for key in ("step", "version")] == [None] * 4
        assert decision["changes"] == submission["changes"] == []
        assert [entry["actor"]["displayName"] for entry in (decision, submission)] == ["Approver", "Program Manager"]
    await add(manager, world, scheme(approved), "ANALYST")
    await remove(manager, world, scheme(approved), "ANALYST")
    removal, addition, *_ = await entries(manager, scheme(approved))
    assert (addition["kind"], removal["kind"]) == ("SCHEME_PARTICIPANT_ADDED", "SCHEME_PARTICIPANT_REMOVED")


async def test_an_entry_keeps_the_names_of_its_time(clients: Clients, factory: SchemeFactory, world: World) -> None:
    manager, scheme_id = clients["PROGRAM_MANAGER"], scheme(await factory.complete())
    before = await sentences(manager, scheme_id)
    assert "Program Manager added AMB-1L and AMB-4L to the products in “Monsoon Care”." in before
    amber = {
        "id": gid(NodeKind.PRODUCT, world.products["Amber Oil"].id),
        "name": "Amber",
        "category": "c",
        "brand": "b",
    }
    renamed = {"id": variant(world, "AMB-1L"), "sku": "NEW-1L", "name": "One"}
    document = "mutation ($input: UpsertProductInput!) { upsertProduct(input: $input) { errors { message } } }"
    answer = await clients["ADMIN"].send(document, input={**amber, "variants": [renamed]})
    assert answer.data == {"upsertProduct": {"errors": []}}
    await mutate(manager, "saveSchemeBasics", **basics(schemeId=scheme_id, expectedVersion=1, title="New name"))
    renaming, *others = await sentences(manager, scheme_id)
    assert renaming == (
        "Program Manager renamed the scheme from “Monsoon Care” to “New name” and removed the description."
    )
    assert others == before


async def test_the_activity_is_read_a_page_at_a_time(clients: Clients, factory: SchemeFactory) -> None:
    scheme_id = scheme(await factory.submitted())
    manager = clients["PROGRAM_MANAGER"]
    whole = await _page(manager, scheme_id)
    messages = [edge["node"]["message"] for edge in whole["edges"]]
    assert (len(messages), whole["totalCount"]) == (7, 7)
    assert not whole["pageInfo"]["hasNextPage"]
    found: list[str] = []
    after = None
    for size in (3, 3, 1):
        page = await _page(manager, scheme_id, first=3, after=after)
        assert (len(page["edges"]), page["totalCount"]) == (size, 7)
        assert page["pageInfo"]["hasNextPage"] is (size == 3)
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        after = page["pageInfo"]["endCursor"]
        found += [edge["node"]["message"] for edge in page["edges"]]
    assert found == messages
    beyond = await _page(manager, scheme_id, first=3, after=after)
    assert (beyond["edges"], beyond["totalCount"], beyond["pageInfo"]["endCursor"]) == ([], 7, None)


async def test_pages_of_many_schemes_are_read_together(clients: Clients, factory: SchemeFactory) -> None:
    """Each scheme has its own page and count, independent of the others."""
    made = {
        "Alpha": await factory.created("Alpha"),
        "Beta": await factory.complete("Beta", (EarningChannel.SALE,)),
        "Gamma": await factory.submitted(await factory.complete("Gamma")),
    }
    document = """{ schemes(orderBy: TITLE_ASC) { nodes { title activity(first: 2) { totalCount nodes { message }
        pageInfo { hasNextPage } } participants { displayName } } } }"""
    nodes = (await clients["ANALYST"].send(document)).data["schemes"]["nodes"]
    assert [node["title"] for node in nodes] == list(made)
    assert [node["activity"]["totalCount"] for node in nodes] == [1, 6, 7]
    assert [node["activity"]["pageInfo"]["hasNextPage"] for node in nodes] == [False, True, True]
    newest = ["created “Alpha”.", "added the rule “Gold bonus” in “Beta”.", "submitted “Gamma” for approval."]
    assert [node["activity"]["nodes"][0]["message"] for node in nodes] == [f"Program Manager {text}" for text in newest]
    assert [len(node["activity"]["nodes"]) for node in nodes] == [1, 2, 2]
    assert [node["participants"] for node in nodes] == [[{"displayName": "Program Manager"}]] * 3


@pytest.mark.parametrize(
    ("arguments", "argument", "message"),
    [
        ({"first": 0}, "first", "A page has 1 to 200 rows, not 0."),
        ({"first": 201}, "first", "A page has 1 to 200 rows, not 201."),
        ({"after": "x"}, "after", "This cursor was not made by this list; start from the beginning."),
    ],
)
async def test_invalid_page_arguments_are_rejected(
    clients: Clients, factory: SchemeFactory, arguments: dict[str, Any], argument: str, message: str
) -> None:
    answer = await clients["ANALYST"].send(PAGE, id=scheme(await factory.created()), **arguments)
    (error,) = answer.errors
    assert (error["message"], error["extensions"]) == (message, {"code": "BAD_USER_INPUT", "argument": argument})


async def test_an_entry_is_visible_to_viewers_of_its_scheme(clients: Clients, factory: SchemeFactory) -> None:
    """R25: and by no other viewer, in any way."""
    allowed = {
        await factory.complete(): {Role.ADMIN, Role.PROGRAM_MANAGER, Role.ANALYST},
        await factory.submitted(): {Role.ADMIN, Role.PROGRAM_MANAGER, Role.ANALYST, Role.APPROVER},
        await factory.approved(): set(Role) - {Role.VENDOR, Role.ECP, Role.INTEGRATION},
    }
    polled = "query ($id: ID!) { schemeActivity(schemeId: $id, first: 1) { nodes { id } } }"
    for scheme_id, roles in allowed.items():
        entry = (await entries(clients["ADMIN"], scheme(scheme_id)))[0]
        code = (await factory.definition(scheme_id)).scheme.code
        shown = {"__typename": "SchemeActivity", "message": entry["message"], "scheme": {"code": code}}
        for role in Role:
            node = (await clients[role].send(NODE, id=entry["id"])).data["node"]
            assert node == (shown if role in roles else None), role
            answer = await clients[role].send(polled, id=scheme(scheme_id))
            assert ("errors" in answer.body) is (role not in roles), role


async def _page(client: Client, scheme_id: str, **page: Any) -> Any:
    return (await client.send(PAGE, id=scheme_id, **page)).data["node"]["activity"]


def _change(field: str, before: Any, after: Any) -> dict[str, Any]:
    return {"field": field, "before": before, "after": after}


def _value(variant_id: str, points: int) -> dict[str, Any]:
    return {"variantId": variant_id, "basePoints": points, "plannedQuantity": 1000}
