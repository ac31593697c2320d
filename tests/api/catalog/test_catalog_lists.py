"""Lists of the catalog: searched, filtered, counted and paged in both directions."""

from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.world import World

PAGE = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node"
PAGED = "$first: Int, $after: String, $last: Int, $before: String"
GIVEN = "first: $first, after: $after, last: $last, before: $before"
DOCUMENTS = {
    "products": f"query ({PAGED}, $search: String, $category: String) {{ "
    f"products({GIVEN}, search: $search, category: $category) {{ {PAGE} {{ name }} }} }} }}",
    "variants": f"query ({PAGED}, $search: String) {{ variants({GIVEN}, search: $search) {{ {PAGE} {{ sku }} }} }} }}",
    "vendors": f"query ({PAGED}, $search: String, $kind: VendorKind) {{ "
    f"vendors({GIVEN}, search: $search, kind: $kind) {{ {PAGE} {{ name }} }} }} }}",
    "accounts": f"query ({PAGED}, $search: String, $role: Role) {{ "
    f"accounts({GIVEN}, search: $search, role: $role) {{ {PAGE} {{ displayName }} }} }} }}",
}
NAMES = {
    "products": ["Amber Oil", "Cedar Wax", "Clear Lens"],
    "variants": ["AMB-1L", "AMB-4L", "CED-250", "LENS-1"],
    "vendors": ["First Print", "Second Pack", "Third Factory"],
    "accounts": [
        "Admin",
        "Analyst",
        "Approver",
        "Designer",
        "Ecp",
        "Integration",
        "Manager And Approver",
        "Operations",
        "Program Manager",
        "Second Manager",
        "Vendor",
    ],
}


async def listed(client: Client, name: str, **given: Any) -> Any:
    """A page of a list."""
    return (await client.send(DOCUMENTS[name], **given)).data[name]


def names(page: Any) -> list[str]:
    """Return the names of the nodes of a page."""
    return [next(iter(edge["node"].values())) for edge in page["edges"]]


@pytest.fixture
def admin(clients: Clients) -> Client:
    """The administrator, who sees every list."""
    return clients[Role.ADMIN]


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_list_is_read_in_both_directions(admin: Client, name: str) -> None:
    """Pages meet without gap or overlap, know their neighbors, and count the whole list."""
    whole = await listed(admin, name)
    assert names(whole) == NAMES[name]
    assert whole["totalCount"] == len(NAMES[name])
    assert (whole["pageInfo"]["hasNextPage"], whole["pageInfo"]["hasPreviousPage"]) == (False, False)

    forward: list[str] = []
    page, after = None, None
    while page is None or page["pageInfo"]["hasNextPage"]:
        page = await listed(admin, name, first=2, after=after)
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["totalCount"] == len(NAMES[name])
        forward += names(page)
        after = page["pageInfo"]["endCursor"]
    assert forward == NAMES[name]

    backward: list[str] = []
    page, before = None, None
    while page is None or page["pageInfo"]["hasPreviousPage"]:
        page = await listed(admin, name, last=2, before=before)
        assert page["pageInfo"]["hasNextPage"] is (before is not None)
        backward = names(page) + backward
        before = page["pageInfo"]["startCursor"]
    assert backward == NAMES[name]


SEARCHES: list[tuple[str, dict[str, str], list[str]]] = [
    ("products", {"search": "oil"}, ["Amber Oil"]),
    ("products", {"search": "CAR  ced"}, ["Cedar Wax"]),
    ("products", {"search": "amb-4"}, ["Amber Oil"]),
    ("products", {"search": "mber"}, []),
    ("products", {"search": "  "}, NAMES["products"]),
    ("products", {"search": " -- "}, []),
    ("products", {"search": "'"}, []),
    ("accounts", {"search": "%"}, []),
    ("vendors", {"search": "🎉"}, []),
    ("variants", {"search": "%"}, []),
    ("products", {"search": "oil & | ! <-> wax:*"}, []),
    ("products", {"category": "Eye care"}, ["Clear Lens"]),
    ("products", {"category": " eye  CARE"}, ["Clear Lens"]),
    ("products", {"category": "Eye"}, []),
    ("products", {"category": "Eye care", "search": "lens"}, ["Clear Lens"]),
    ("products", {"category": "Eye care", "search": "oil"}, []),
    ("variants", {"search": "amb"}, ["AMB-1L", "AMB-4L"]),
    ("variants", {"search": "AMB-1L"}, ["AMB-1L"]),
    ("variants", {"search": "eye"}, ["LENS-1"]),
    ("variants", {"search": "250 gram"}, ["CED-250"]),
    ("vendors", {"search": "pune"}, NAMES["vendors"]),
    ("vendors", {"search": "fac-1"}, ["Third Factory"]),
    ("vendors", {"kind": "PACKAGER"}, ["Second Pack"]),
    ("vendors", {"kind": "PACKAGER", "search": "first"}, []),
    ("accounts", {"search": "manag"}, ["Manager And Approver", "Program Manager", "Second Manager"]),
    ("accounts", {"search": "analyst@example.com"}, ["Analyst"]),
    ("accounts", {"role": "APPROVER"}, ["Approver", "Manager And Approver"]),
    ("accounts", {"role": "APPROVER", "search": "and"}, ["Manager And Approver"]),
]


async def test_search_and_filters(admin: Client) -> None:
    """Every word of a search begins a word of what is found; what is given holds together; the count agrees."""
    for name, given, expected in SEARCHES:
        page = await listed(admin, name, **given)
        assert (names(page), page["totalCount"]) == (expected, len(expected)), given


WRONG_PAGES: list[tuple[dict[str, int | str], str, str]] = [
    ({"first": 0}, "A page has 1 to 200 rows, not 0.", "first"),
    ({"first": -1}, "A page has 1 to 200 rows, not -1.", "first"),
    ({"first": 201}, "A page has 1 to 200 rows, not 201.", "first"),
    ({"last": 0}, "A page has 1 to 200 rows, not 0.", "last"),
    ({"first": 1, "last": 1}, "Ask for the first rows or for the last ones, not for both.", "last"),
    (
        {"after": "x", "before": "y"},
        "Read after one cursor or before one, not both.",
        "before",
    ),
    ({"last": 1, "after": "x"}, "“last” reads backward: give “before”, not “after”.", "after"),
    ({"first": 1, "before": "x"}, "“first” reads forward: give “after”, not “before”.", "before"),
    ({"after": ""}, "This cursor was not made by this list; start from the beginning.", "after"),
    ({"after": "ü"}, "This cursor was not made by this list; start from the beginning.", "after"),
    ({"after": "W10"}, "This cursor was not made by this list; start from the beginning.", "after"),
    ({"before": "bm90aGluZw"}, "This cursor was not made by this list; start from the beginning.", "before"),
]


async def test_invalid_page_arguments_are_rejected(admin: Client) -> None:
    """A clear error that names the argument; there is no data."""
    for given, message, argument in WRONG_PAGES:
        answer = await admin.send(DOCUMENTS["products"], **given)
        (error,) = answer.errors
        assert (error["message"], error["extensions"]) == (message, {"code": "BAD_USER_INPUT", "argument": argument})
        assert answer.body["data"] is None


async def test_a_cursor_belongs_to_one_list(admin: Client) -> None:
    """A cursor of the variants does not place anything among the products."""
    cursor = (await listed(admin, "variants", first=1))["edges"][0]["cursor"]
    answer = await admin.send(DOCUMENTS["products"], after=cursor)
    (error,) = answer.errors
    assert error["message"] == "This cursor belongs to another list or order; start from the beginning."


async def test_a_cursor_of_an_entry_that_is_gone_still_places(admin: Client, world: World) -> None:
    """A cursor is a place in the order, not a row: renaming the row it was made from loses nothing."""
    cursor = (await listed(admin, "vendors", first=1))["edges"][0]["cursor"]
    document = "mutation ($input: UpsertVendorInput!) { upsertVendor(input: $input) { errors { message } } }"
    given = {"id": gid(NodeKind.VENDOR, world.vendors["PRN-1"].id), "code": "PRN-1", "name": "Zebra", "kind": "PRINTER"}
    assert (await admin.send(document, input=given)).data["upsertVendor"]["errors"] == []
    assert names(await listed(admin, "vendors", after=cursor)) == ["Second Pack", "Third Factory", "Zebra"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["India", "Nepal"]),
        ({"parentId": "India"}, ["Karnataka", "Maharashtra"]),
        ({"parentId": "Pune"}, []),
        ({"search": "mu"}, ["Mumbai"]),
        ({"search": "ma", "parentId": "India"}, ["Maharashtra"]),
        ({"search": "mu", "parentId": "India"}, []),
        ({"search": " "}, ["India", "Nepal"]),
    ],
)
async def test_geographies_by_parent_and_search(
    admin: Client, world: World, given: dict[str, str], expected: list[str]
) -> None:
    """The countries unless something else is asked for."""
    variables = dict(given)
    if "parentId" in given:
        variables["parentId"] = gid(NodeKind.GEOGRAPHY, world.geographies[given["parentId"]].id)
    document = "query ($parentId: ID, $search: String) { geographies(parentId: $parentId, search: $search) { name } }"
    found = (await admin.send(document, **variables)).data["geographies"]
    assert [geography["name"] for geography in found] == expected


async def test_tiers_categories_and_their_relations(clients: Clients) -> None:
    """An ECP reads the catalog too; children know their parents and the reverse (R25)."""
    document = """{ tiers { name rank } categories
        products { nodes { name variants { sku product { name } } } }
        geographies(search: "karnataka") {
            parent { name parent { name } } children { name level children { name } } } }"""
    data = (await clients[Role.ECP].send(document)).data
    assert [(tier["name"], tier["rank"]) for tier in data["tiers"]] == [
        ("Bronze", 1),
        ("Silver", 2),
        ("Gold", 3),
        ("Platinum", 4),
    ]
    assert data["categories"] == ["Car care", "Engine oil", "Eye care"]
    assert data["products"]["nodes"][0] == {
        "name": "Amber Oil",
        "variants": [{"sku": sku, "product": {"name": "Amber Oil"}} for sku in ("AMB-1L", "AMB-4L")],
    }
    assert data["geographies"] == [
        {
            "parent": {"name": "India", "parent": None},
            "children": [{"name": "Mysuru", "level": "CITY", "children": []}],
        }
    ]
