"""Sales that name what does not exist yet are parked, fixed by aliases and registrations, and never lost (R20)."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.sales import facts
from graphql_api.context import Environment
from resolvers.catalog.upsert_product import UpsertProduct, VariantEntry, upsert_product
from resolvers.sales.retry_parked import retry_parked_sales
from tests.support.client import Client, Clients, document, gid
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.sales import CODE, Till, line, returning, sale, unknown_ecp, unknown_sku
from tests.support.unchanged import nothing_changes
from tests.support.world import World

LIST = document("vendor/ParkedSales")
ADD = document("portal/AddAlias")
REMOVE = document("portal/RemoveAlias")
DISCARD = document("portal/DiscardParkedSales")
GTIN = "4006381333931"
NO_SKU = unknown_sku(GTIN)


@pytest.fixture
def parking(till: Till) -> Till:
    """The till, which lets sales be parked."""
    return Till(till.client, options={"park": True})


@pytest.fixture
def manager(clients: Clients) -> Client:
    """A program manager."""
    return clients[Role.PROGRAM_MANAGER]


async def parked(client: Client, **arguments: Any) -> list[tuple[str, str]]:
    """The parked sales that a client sees, each with its problem."""
    page = (await client.send(LIST, **arguments)).data["parkedSales"]
    assert page["totalCount"] == len(page["nodes"])
    # Those of one report have no order.
    return sorted((node["externalId"], node["problem"]) for node in page["nodes"])


async def add(manager: Client, kind: str, alias: str, **of: str) -> Any:
    """The payload of adding an alias."""
    return (await manager.send(ADD, input={"kind": kind, "alias": alias, **of})).data["addAlias"]


async def added(manager: Client, kind: str, alias: str, **of: str) -> int:
    """Add an alias, and return how many parked sales it recorded."""
    payload = await add(manager, kind, alias, **of)
    assert payload["errors"] == []
    recorded: int = payload["recorded"]
    return recorded


async def retry(environment: Environment) -> None:
    """Run the task of the leading process."""
    operation = environment.operation(None)
    await retry_parked_sales(operation, None)  # type: ignore[arg-type] # it has no settings
    await operation.close()


def variant(world: World, sku: str = "AMB-1L") -> str:
    """The global id of a variant."""
    return gid(NodeKind.VARIANT, world.variants[sku].id)


def ecp(world: World) -> str:
    """The global id of the world's ECP."""
    return gid(NodeKind.ECP, next(iter(world.ecps.values())))


async def test_only_reports_that_ask_for_it_park(till: Till, parking: Till, database_url: str) -> None:
    """R20: what is wrong in another way is rejected all the same."""
    async with nothing_changes(database_url):
        assert await till.outcomes(sale("s-1", line(GTIN)), sale("s-2", ecpCode="Dealer 7")) == ["REJECTED"] * 2
        assert (
            await parking.outcomes(sale("s-1", line(GTIN, 0)), sale("s-2", line(GTIN), soldAt="2025-01-01T00:00:00Z"))
            == ["REJECTED"] * 2
        )
    results = await parking.results(sale("s-1", line(GTIN), line()), sale("s-2", ecpCode="Dealer 7"), sale("s-3"))
    assert [result["outcome"] for result in results] == ["PARKED", "PARKED", "RECORDED"]
    assert [error["path"] for error in results[0]["errors"]] == [["input", "sales", "0", "lines", "0", "sku"]]
    assert await parked(till.client) == [("s-1", NO_SKU), ("s-2", unknown_ecp("Dealer 7"))]
    assert await parked(till.client, source="till") == [("s-1", NO_SKU), ("s-2", unknown_ecp("Dealer 7"))]
    assert await parked(till.client, source=" TILL") == await parked(till.client, source="till")
    assert await parked(till.client, source="other") == []


CONTENT = """query ($source: String, $search: String) {
  parkedSales(source: $source, search: $search) {
    totalCount
    nodes {
      externalId revision ecpCode soldAt reportedBy { roles } problem
      lines { sku quantity unitPrice currency }
    }
  }
}"""


async def test_a_parked_sale_shows_what_was_sent(parking: Till, manager: Client) -> None:
    """R20: the ECP, the time, the lines, and who reported it; each unknown value is named."""
    await parking.outcomes(sale("s-1", line(GTIN), line("none-2", -1), ecpCode="Dealer 7", revision=4))
    found = (await manager.send(CONTENT)).data["parkedSales"]["nodes"]
    assert found == [
        {
            "externalId": "s-1",
            "revision": 4,
            "ecpCode": "Dealer 7",
            "soldAt": "2026-03-12T09:30:00Z",
            "reportedBy": {"roles": ["INTEGRATION"]},
            "problem": f"{unknown_ecp('Dealer 7')} {NO_SKU} {unknown_sku('none-2', 2)}",
            "lines": [
                {"sku": GTIN, "quantity": 3, "unitPrice": "12.50", "currency": "INR"},
                {"sku": "none-2", "quantity": -1, "unitPrice": "12.50", "currency": "INR"},
            ],
        }
    ]


async def test_a_parked_sale_states_five_problems(parking: Till, stored: asyncpg.Connection) -> None:
    """R20: of a sale with many lines, and how many others there are."""
    for number, rest in ((6, unknown_sku("N6", 6)), (8, "There are 3 more problems.")):
        lines = [line(f"N{index}") for index in range(1, number + 1)]
        await parking.outcomes(sale(f"s-{number}", *lines))
        problem = await stored.fetchval("SELECT problem FROM parked_sale WHERE external_id = $1", f"s-{number}")
        assert problem == " ".join([*[unknown_sku(f"N{index}", index) for index in range(1, 6)], rest])


async def test_parked_sales_are_searched(parking: Till, manager: Client) -> None:
    """R20: by a part of the external id, of the ECP, or of a SKU."""
    await parking.outcomes(sale("A-1", line(GTIN)), sale("A-2", ecpCode="Dealer 7"), source="till")
    await parking.outcomes(sale("B-2", line("none-2")), source="shop")
    for search, expected in (
        ("dealer  7", ["A-2"]),
        ("a-", ["A-1", "A-2"]),
        ("40063813", ["A-1"]),
        ("NONE", ["B-2"]),
        ("%", []),
        (" ", ["A-1", "A-2", "B-2"]),
        ("x" * 1000, []),
    ):
        page = (await manager.send(CONTENT, search=search)).data["parkedSales"]
        assert sorted(node["externalId"] for node in page["nodes"]) == expected
        assert page["totalCount"] == len(expected)
    page = (await manager.send(CONTENT, search="-2", source="shop")).data["parkedSales"]
    assert [node["externalId"] for node in page["nodes"]] == ["B-2"]


async def test_a_parked_sale_that_is_sent_again(parking: Till, till: Till, database_url: str) -> None:
    """R20: it is compared as a recorded one would be, and replaced by a correction."""
    await parking.outcomes(sale("s-1", line(GTIN), revision=2))
    async with nothing_changes(database_url):
        results = await parking.results(sale("s-1", line(GTIN), revision=2))
        assert [(result["outcome"], result["notices"]) for result in results] == [("DUPLICATE", [NO_SKU])]
        assert await parking.outcomes(sale("s-1", line(GTIN, 9), revision=2), sale(revision=1)) == [
            "CONFLICT",
            "DUPLICATE",
        ]
        assert await parking.problems(sale("s-1", line(GTIN, 9), revision=2)) == [
            (
                "CONFLICT",
                ["sales", "0", "revision"],
                "Revision 2 of this sale was parked with other content. Send a correction with a higher revision.",
            )
        ]
    assert await parking.outcomes(sale("s-1", line("NONE-1"), ecpCode="nobody", revision=3)) == ["PARKED"]
    assert await parked(till.client) == [("s-1", f"{unknown_ecp('nobody')} {unknown_sku('NONE-1')}")]
    assert await till.outcomes(sale("s-1", revision=4)) == ["RECORDED"]
    assert await parked(till.client) == []


async def test_aliases_record_parked_sales(
    parking: Till, manager: Client, world: World, stored: asyncpg.Connection
) -> None:
    """R20: when everything that a sale names is known, with the points of its time; later sales use them too."""
    await parking.outcomes(
        sale("s-1", line(GTIN)),
        sale("s-2", ecpCode="Dealer  7"),
        sale("s-3", line(GTIN), ecpCode="+91 (20) 555-0101"),
        returning("r-1", "s-1", line(GTIN, -1)),
    )
    # The sale, and the return that waited for it.
    assert await added(manager, "SKU", f" 0{GTIN}", variantId=variant(world)) == 2
    assert await parked(parking.client) == [
        ("s-2", unknown_ecp("Dealer 7")),
        ("s-3", unknown_ecp("+91 (20) 555-0101")),
    ]
    assert await added(manager, "ECP", "dealer 7", ecpId=ecp(world)) == 1
    assert await added(manager, "ECP", "+91205550101", ecpId=ecp(world)) == 1
    assert await parked(parking.client) == []
    assert await stored.fetchval("SELECT sum(available) FROM points_account") == 80
    again = (sale("s-1", line(GTIN)), sale("s-4", line(f"0{GTIN}"), ecpCode="DEALER 7"))
    assert await parking.outcomes(*again) == ["DUPLICATE", "RECORDED"]


async def test_new_products_and_ecps_record_parked_sales(
    parking: Till, environment: Environment, enrollments: EnrollmentFactory, world: World
) -> None:
    """R20: the leading process tries parked sales again."""
    await parking.outcomes(
        sale("s-1", line("NEW-1")), sale("s-2", ecpCode="ECP-2026-000002"), sale("s-3", line("NONE"))
    )
    await retry(environment)
    assert len(await parked(parking.client)) == 3
    manager = environment.operation(world.viewer(Role.ADMIN))
    product = UpsertProduct(
        None, "New", category="Engine oil", brand="New", variants=(VariantEntry(None, "NEW-1", "New"),)
    )
    await upsert_product(manager, product)
    await manager.close()
    await retry(environment)
    assert [external_id for external_id, _ in await parked(parking.client)] == ["s-2", "s-3"]
    await enrollments.ecps.verified("Binod Thapa")
    await retry(environment)
    assert await parked(parking.client) == [("s-3", unknown_sku("NONE"))]
    assert (
        await parking.outcomes(sale("s-1", line("NEW-1")), sale("s-2", ecpCode="ECP-2026-000002")) == ["DUPLICATE"] * 2
    )


async def test_a_parked_correction_leaves_the_sale_as_it_is(parking: Till, manager: Client, world: World) -> None:
    """R20: until what it names exists."""
    await parking.outcomes(sale(revision=1))
    assert await parking.outcomes(sale("s-1", line(GTIN), revision=2)) == ["PARKED"]
    assert await parking.outcomes(sale(revision=1), sale("s-1", line(GTIN), revision=2)) == ["DUPLICATE"] * 2
    assert await added(manager, "SKU", GTIN, variantId=variant(world, "AMB-4L")) == 1
    assert await parking.outcomes(sale("s-1", line(GTIN), revision=2)) == ["DUPLICATE"]


TAKEN = f"“Dealer 7” is an alias of {CODE} already. Remove that alias first, or choose another."
ALIASES = """query ($search: String) { aliases(search: $search) { totalCount nodes { alias } } }"""
NO_GTIN = (
    "“4006381333932” is as long as a GTIN, but its last digit would be 1. It is an alias with exactly these digits. If "
    "it is a GTIN, remove it and add the right one."
)


async def test_a_gtin_with_a_wrong_check_digit_gets_a_notice(manager: Client, world: World) -> None:
    """R20: it is added, because other systems have codes of their own that look like GTINs."""
    for kind, alias, of, notices in (
        ("SKU", "4006381333932", {"variantId": variant(world)}, [NO_GTIN]),
        ("SKU", GTIN, {"variantId": variant(world)}, []),
        ("ECP", "4006381333932", {"ecpId": ecp(world)}, []),
        ("SKU", "123456", {"variantId": variant(world)}, []),
    ):
        payload = await add(manager, kind, alias, **of)
        assert (payload["errors"], payload["notices"]) == ([], notices)


async def test_aliases_are_searched(manager: Client, world: World) -> None:
    """R20: by a part of what was added, or of what is compared."""
    await added(manager, "ECP", "Dealer 7", ecpId=ecp(world))
    await added(manager, "ECP", "+91 (20) 555-0101", ecpId=ecp(world))
    await added(manager, "SKU", GTIN, variantId=variant(world))
    for search, expected in (
        ("dealer", ["Dealer 7"]),
        ("(20) 555", ["+91 (20) 555-0101"]),
        ("+9120", ["+91 (20) 555-0101"]),
        (f"0{GTIN}", [GTIN]),
        ("_", []),
    ):
        page = (await manager.send(ALIASES, search=search)).data["aliases"]
        assert ([node["alias"] for node in page["nodes"]], page["totalCount"]) == (expected, len(expected))
    assert (await manager.send(ALIASES)).data["aliases"]["totalCount"] == 3


async def test_an_alias_is_unique(manager: Client, world: World, database_url: str) -> None:
    """R26: each problem is stated, and nothing changes."""
    await added(manager, "ECP", "Dealer 7", ecpId=ecp(world))
    unknown = gid(NodeKind.ECP, next(iter(world.variants.values())).id)
    cases: list[tuple[str, str, dict[str, str], str, str]] = [
        ("ECP", " DEALER   7", {"ecpId": ecp(world)}, "alias", TAKEN),
        ("ECP", CODE.lower(), {"ecpId": ecp(world)}, "alias", "This is the code of an ECP, which needs no alias."),
        (
            "SKU",
            "amb-4l",
            {"variantId": variant(world)},
            "alias",
            "This is the SKU of a variant, which needs no alias.",
        ),
        ("SKU", " ", {"variantId": variant(world)}, "alias", "The alias is missing."),
        (
            "SKU",
            "x" * 121,
            {"variantId": variant(world)},
            "alias",
            "The alias has 121 characters; at most 120 are allowed.",
        ),
        ("SKU", "x", {}, "variantId", "An alias of the kind SKU stands for a variant: give its ID."),
        ("ECP", "x", {"ecpId": unknown}, "ecpId", "This ECP does not exist."),
    ]
    async with nothing_changes(database_url):
        for kind, alias, of, field, message in cases:
            payload = await add(manager, kind, alias, **of)
            assert [(error["path"], error["message"]) for error in payload["errors"]] == [(["input", field], message)]
        payload = await add(manager, "SKU", "x", variantId=variant(world), ecpId=ecp(world))
        assert [error["message"] for error in payload["errors"]] == [
            "An alias of the kind SKU stands for a variant only."
        ]
    # An alias of a variant may be that of an ECP.
    assert await added(manager, "SKU", "Dealer 7", variantId=variant(world)) == 0


async def test_removing_and_erasing_aliases(
    till: Till, manager: Client, world: World, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R20, R25: sales that were recorded with an alias stay; erasing an ECP forgets its aliases."""
    made = (await add(manager, "ECP", "Dealer 7", ecpId=ecp(world)))["alias"]["id"]
    await added(manager, "ECP", "+91 20 555", ecpId=ecp(world))
    named = sale("s-1", ecpCode="Dealer 7")
    assert await till.outcomes(named) == ["RECORDED"]
    removed = (await manager.send(REMOVE, input={"aliasId": made})).data["removeAlias"]
    assert removed["errors"] == []
    assert await till.outcomes(named, sale("s-2", ecpCode="Dealer 7")) == ["DUPLICATE", "REJECTED"]
    async with nothing_changes(database_url):
        removed = (await manager.send(REMOVE, input={"aliasId": made})).data["removeAlias"]
        assert [error["message"] for error in removed["errors"]] == ["This alias does not exist."]
    assert await till.outcomes(sale("s-3", ecpCode="+9120555")) == ["RECORDED"]
    await enrollments.erase(next(iter(world.ecps.values())))
    assert await till.outcomes(sale("s-4", ecpCode="+9120555"), sale("s-4")) == ["REJECTED", "RECORDED"]


async def test_parked_sales_are_discarded_with_a_reason(
    parking: Till, manager: Client, database_url: str, stored: asyncpg.Connection
) -> None:
    """R20: all or none; they are kept, and a sale that is sent again is a new one."""
    await parking.outcomes(sale("s-1", line(GTIN)), sale("s-2", line(GTIN)))
    nodes = (await manager.send(LIST)).data["parkedSales"]["nodes"]
    ids = [node["id"] for node in sorted(nodes, key=lambda node: str(node["externalId"]))]
    unknown = gid(NodeKind.PARKED_SALE, UUID(int=7))
    async with nothing_changes(database_url):
        for given, reason, message in (
            (ids, " ", "The reason is missing."),
            ([], "A test.", "Choose at least one parked sale."),
            ([ids[0], unknown], "A test.", "This parked sale does not exist."),
            ([ids[0], ids[0]], "A test.", "This parked sale is chosen twice."),
            (ids * 101, "A test.", "202 parked sales are too many; choose at most 200."),
        ):
            payload = (await manager.send(DISCARD, input={"parkedSaleIds": given, "reason": reason})).data
            errors = payload["discardParkedSales"]["errors"]
            assert [error["message"] for error in errors] == [message]
    payload = (await manager.send(DISCARD, input={"parkedSaleIds": ids[:1], "reason": "A test sale."})).data
    assert payload["discardParkedSales"] == {"discarded": 1, "errors": []}
    assert await parked(manager) == [("s-2", NO_SKU)]
    rows = await stored.fetch("SELECT external_id, reason FROM discarded_sale")
    assert [tuple(row) for row in rows] == [("s-1", "A test sale.")]
    assert await parking.outcomes(sale("s-1", line(GTIN))) == ["PARKED"]


async def test_a_source_parks_a_bounded_number(
    parking: Till, monkeypatch: pytest.MonkeyPatch, stored: asyncpg.Connection
) -> None:
    """R20: what is beyond the limit is rejected and says so."""
    monkeypatch.setattr("resolvers.sales.parking.PARKED_LIMIT", 3)
    given = [sale(f"s-{number}", line(GTIN)) for number in range(5)]
    assert await parking.outcomes(*given[:2]) == ["PARKED"] * 2
    results = await parking.results(*given)
    assert [result["outcome"] for result in results] == ["DUPLICATE"] * 2 + ["PARKED"] + ["REJECTED"] * 2
    assert results[4]["errors"][0]["code"] == "LIMIT_EXCEEDED"
    assert await stored.fetchval("SELECT count(*) FROM parked_sale") == 3
    assert facts.PARKED_LIMIT == 10_000


async def test_the_limit_of_parked_sales_rejects_a_whole_report(
    parking: Till, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    """R20: in the mode ALL_OR_NOTHING nothing of the report is kept, not even what is not parked."""
    monkeypatch.setattr("resolvers.sales.parking.PARKED_LIMIT", 1)
    given = [sale("s-1"), sale("s-2", line(GTIN)), sale("s-3", line(GTIN))]
    undone = "Another sale of this report was rejected, so none of them was recorded."
    async with nothing_changes(database_url):
        results = await parking.results(*given, mode="ALL_OR_NOTHING")
        assert [result["outcome"] for result in results] == ["REJECTED"] * 3
        assert [result["errors"][0]["message"] for result in results[:2]] == [undone] * 2
        assert [error["code"] for error in results[2]["errors"]] == ["LIMIT_EXCEEDED"]
    assert await parking.outcomes(*given[:2], mode="ALL_OR_NOTHING") == ["RECORDED", "PARKED"]


async def test_who_sees_parked_sales(parking: Till, clients: Clients) -> None:
    """R25: staff who read ECPs, and the systems of the source; an ECP sees none."""
    await parking.outcomes(sale("s-1", line(GTIN)))
    for role in (Role.ADMIN, Role.PROGRAM_MANAGER, Role.ANALYST, Role.INTEGRATION):
        assert await parked(clients[role]) == [("s-1", NO_SKU)], role
    assert await parked(clients[Role.ECP]) == []
    assert (await clients[Role.VENDOR].send(LIST)).codes == ["FORBIDDEN"]


async def test_parked_sales_are_a_work_queue(parking: Till, manager: Client, stored: asyncpg.Connection) -> None:
    """R10: of program managers; events say when it changes."""
    query = (
        """{ workQueues { key label holds count oldestSince parkedSales { totalCount nodes { externalId since } } } }"""
    )

    async def queue() -> Any:
        queues = (await manager.send(query)).data["workQueues"]
        (found,) = [one for one in queues if one["key"] == "PARKED_SALES"]
        assert all(one["parkedSales"]["nodes"] == [] for one in queues if one is not found)
        return found

    async def kinds() -> list[str]:
        rows = await stored.fetch("SELECT kind FROM event WHERE kind LIKE '%PARKED%' ORDER BY id")
        return [row["kind"] for row in rows]

    assert (await queue())["count"] == 0
    await parking.outcomes(sale("s-1", line(GTIN)))
    found = await queue()
    assert (found["label"], found["holds"], found["count"]) == ("Parked sales", "PARKED_SALES", 1)
    assert found["parkedSales"]["nodes"] == [{"externalId": "s-1", "since": found["oldestSince"]}]
    assert await parking.outcomes(sale("s-1", revision=2)) == ["RECORDED"]
    assert (await queue())["count"] == 0
    assert await kinds() == ["SALES_PARKED", "PARKED_SALES_RECORDED"]
