"""Packs over HTTP: declared, dispatched, and received by code; what is rejected changes nothing (R15, N1, N3)."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from db.database import Database
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.spans import Span
from tests.support.client import Client, Clients, gid
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.mutations.consignments import (
    UNKNOWN_VARIANT,
    VARIANT,
    batch_gid,
    consignment_gid,
    expect_errors,
    expect_failures,
    line,
    mutate,
    ranges,
)
from tests.support.packs import set_prefix, sscc
from tests.support.unchanged import nothing_changes
from tests.support.vendors import vendor_client

ONE, TWO, FOREIGN = sscc(1), sscc(2), sscc(7)
WRONG = f"{ONE[:-1]}{(int(ONE[-1]) + 1) % 10}"


def pack(*pairs: tuple[int, int], **given: Any) -> dict[str, Any]:
    """A pack of AMB-1L."""
    return {"variantId": VARIANT, "serials": ranges(*pairs), **given}


@pytest.fixture
async def made(consignments: ConsignmentFactory) -> UUID:
    """500 coupons on hand at the printer; 200 of them in two packs, and 10 in a batch."""
    found = await consignments.created()
    await consignments.produce(found, quantity=500)
    await consignments.pack(found, (ONE, Span(0, 99)), (TWO, Span(100, 199)))
    await consignments.dispatch(found, serials=(Span(400, 409),))
    return found


REJECTED: dict[str, tuple[list[dict[str, Any]], list[tuple[str, str, str]]]] = {
    "no pack": ([], [("REQUIRED", "packs", "Name at least one pack.")]),
    "a wrong check digit": (
        [pack((200, 209), sscc=WRONG)],
        [("INVALID", "packs.0.sscc", f"The check digit of the SSCC {WRONG} is wrong. Scan or type the code again.")],
    ),
    "not an SSCC": (
        [pack((200, 209), sscc="12")],
        [("INVALID", "packs.0.sscc", "“12” is not an SSCC. An SSCC has 18 digits, with or without (00) in front.")],
    ),
    "a code in use": (
        [pack((200, 209), sscc=f"(00){ONE}")],
        [
            (
                "DUPLICATE",
                "packs.0.sscc",
                f"The SSCC {ONE} is in use: another pack has it. Use another one.",
            )
        ],
    ),
    "one code for two packs": (
        [pack((200, 209), sscc=FOREIGN), pack((210, 219), sscc=FOREIGN)],
        [("DUPLICATE", "packs.1.sscc", f"Two packs have the SSCC {FOREIGN}.")],
    ),
    "no company prefix": (
        [pack((200, 209))],
        [
            (
                "ILLEGAL_STATE",
                "packs",
                (
                    "The program has no GS1 company prefix to make SSCCs with. State the SSCC of each pack, or ask an "
                    "administrator to set `gs1CompanyPrefix` with `updateProgram`."
                ),
            )
        ],
    ),
    "a variant of another consignment": (
        [{**pack((200, 209), sscc=FOREIGN), "variantId": UNKNOWN_VARIANT}],
        [("NOT_FOUND", "packs.0.variantId", "CON-2026-000001 has no such variant.")],
    ),
    "packs that overlap": (
        [pack((200, 209), sscc=FOREIGN), pack((205, 219), sscc=sscc(8))],
        [
            (
                "DUPLICATE",
                "packs.1.serials",
                "The ranges 200 to 209 and 205 to 219 of two packs overlap. A coupon is in one pack only.",
            )
        ],
    ),
    "serials of another pack": (
        [pack((250, 259), sscc=FOREIGN), pack((190, 209), sscc=sscc(8))],
        [
            (
                "CONFLICT",
                "packs.1.serials",
                f"Serials 190 to 199 of AMB-1L are in pack {TWO}. Open that pack first, or leave the serials out.",
            )
        ],
    ),
    "serials on their way": (
        [pack((250, 259), sscc=FOREIGN), pack((395, 404), sscc=sscc(8))],
        [
            (
                "CONFLICT",
                "packs.1.serials",
                "Serials 400 to 404 of AMB-1L are not on hand: they are on their way to Second Pack.",
            )
        ],
    ),
    "serials that are not printed": (
        [pack((600, 609), sscc=FOREIGN)],
        [("CONFLICT", "packs.0.serials", "Serials 600 to 609 of AMB-1L are not on hand: they are not produced yet.")],
    ),
    "too many packs": (
        [pack((200, 200), sscc=FOREIGN)] * 1001,
        [("LIMIT_EXCEEDED", "packs", "Declare at most 1,000 packs at once, not 1,001.")],
    ),
    "too many ranges": (
        [pack(*[(n, n) for n in range(0, 10_002, 2)], sscc=FOREIGN)] * 2,
        [("LIMIT_EXCEEDED", "packs", "Name at most 10,000 ranges at once, not 10,002.")],
    ),
}


async def test_packs_that_cannot_be(made: UUID, clients: Clients, database_url: str) -> None:
    """Each error names the pack and what to do."""
    printer, found = clients[Role.VENDOR], {}
    async with nothing_changes(database_url):
        for name, (packs, _) in REJECTED.items():
            found[name] = await expect_errors(printer, "declarePacks", consignmentId=consignment_gid(made), packs=packs)
    assert found == {name: errors for name, (_, errors) in REJECTED.items()}


async def test_used_up_prefixes_are_named(made: UUID, clients: Clients, database: Database, database_url: str) -> None:
    await set_prefix(database, "401234567890")
    owner = await asyncpg.connect(database_url)
    try:
        await owner.execute("SELECT setval('pack_number', 99999)")
        async with nothing_changes(database_url):
            found = await expect_errors(
                clients[Role.VENDOR], "declarePacks", consignmentId=consignment_gid(made), packs=[pack((200, 209))]
            )
    finally:
        # Sequences keep their numbers from test to test.
        await owner.execute("SELECT setval('pack_number', 1)")
        await owner.close()
    assert found == [
        (
            "LIMIT_EXCEEDED",
            "packs",
            (
                "The GS1 company prefix 401234567890 has no unused SSCCs left. State the SSCC of each pack, or ask an "
                "administrator to set another prefix with `updateProgram`."
            ),
        )
    ]


async def test_packs_elsewhere_are_not_dispatched(made: UUID, clients: Clients, database_url: str) -> None:
    """The answer names the code, and where the pack is."""
    printer, here = clients[Role.VENDOR], consignment_gid(made)
    batch = await mutate(
        printer, "dispatchBatch", consignmentId=here, lines=[line(packs=[ONE])], idempotencyKey="first"
    )
    assert contents_of(batch["batch"]["packs"]) == [(ONE, "100 coupons of AMB-1L.")]
    cases = {
        "unknown": (
            line(packs=[FOREIGN]),
            f"CON-2026-000001 has no pack {FOREIGN}. If it was opened, name its serials.",
        ),
        "sent": (line(packs=[ONE]), f"Pack {ONE} is not on hand: it is on its way to Second Pack."),
        "twice": (line(packs=[TWO, TWO]), f"Pack {TWO} is named twice."),
        "named by serial, too": (
            line(packs=[TWO], serials=ranges((195, 204))),
            f"Pack {TWO} contains 195 to 199, which the ranges name, too. Name each coupon once.",
        ),
        "and a quantity": (line(packs=[TWO], quantity=5), "State either a quantity, or ranges of serials and packs."),
        "none": (line(packs=[]), "Name at least one pack."),
    }
    async with nothing_changes(database_url):
        for name, (given, message) in cases.items():
            errors = await expect_failures(printer, "dispatchBatch", consignmentId=here, lines=[given])
            assert [error["message"] for error in errors] == [message], name
    (error,) = await expect_failures(
        printer, "dispatchBatch", consignmentId=here, lines=[line(packs=[FOREIGN])], idempotencyKey="other"
    )
    assert (error["__typename"], error["sscc"], error["path"]) == (
        "PackNotHeld",
        FOREIGN,
        ["input", "lines", "0", "packs", "0"],
    )


def contents_of(packs: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The codes and contents of packs."""
    return [(pack["sscc"], pack["contents"]) for pack in packs]


async def test_a_torn_pack_is_announced(made: UUID, clients: Clients) -> None:
    """Dispatching the lowest coupons opened a pack, and the answer says so, the second time too."""
    for _ in range(2):
        sent = await mutate(
            clients[Role.VENDOR], "dispatchBatch", consignmentId=consignment_gid(made), lines=[line(quantity=150)]
        )
        assert contents_of(sent["openedPacks"]) == [(TWO, "Opened. It contained 100 coupons of AMB-1L.")]
        assert contents_of(sent["batch"]["packs"]) == [(ONE, "100 coupons of AMB-1L.")]


async def test_a_story_of_packs(made: UUID, clients: Clients, database: Database) -> None:
    """Printed, packed, scanned onto the truck, and scanned off it; each vendor sees its packs only."""
    printer = clients[Role.VENDOR]
    packager, factory = [await vendor_client(clients, database, code) for code in ("PCK-1", "FAC-1")]
    here = consignment_gid(made)
    assert await codes(printer) == [TWO, ONE]
    assert await codes(packager) == await codes(factory) == []
    sent = await mutate(printer, "dispatchBatch", consignmentId=here, lines=[line(packs=[ONE, TWO])])
    batch_id = sent["batch"]["id"]
    assert await codes(printer) == await codes(packager) == [TWO, ONE]
    assert await codes(factory) == []
    received = await mutate(packager, "receiveBatch", batchId=batch_id, lines=[line(acceptedPacks=[ONE], final=False)])
    assert received["batch"]["statusLabel"] == "Partly received"
    assert [(each["sscc"], each["holder"]) for each in received["batch"]["packs"]] == [
        (ONE, {"name": "Second Pack"}),
        (TWO, None),
    ]
    found = (await packager.send("query ($s: String!) { pack(sscc: $s) { contents holder { name } } }", s=ONE)).data
    assert found == {"pack": {"contents": "100 coupons of AMB-1L.", "holder": {"name": "Second Pack"}}}
    assert (await factory.send("query ($s: String!) { pack(sscc: $s) { id } }", s=ONE)).data == {"pack": None}
    messages = "query ($id: ID!) { node(id: $id) { ... on Consignment { movements { nodes { message } } } } }"
    nodes = (await printer.send(messages, id=here)).data["node"]["movements"]["nodes"]
    assert f"First Print packed 100 coupons of AMB-1L as pack {ONE}." in [node["message"] for node in nodes]


async def test_packs_are_listed_page_by_page(made: UUID, clients: Clients) -> None:
    """Filters by what a person has at hand: the first digits, the consignment, the batch."""
    operations = clients[Role.OPERATIONS]
    assert await codes(operations, {"sscc": ONE[:17]}) == [ONE]
    assert await codes(operations, {"sscc": "9"}) == []
    assert await codes(operations, {"consignmentId": consignment_gid(made), "open": True}) == [TWO, ONE]
    assert await codes(operations, {"open": False}) == []
    assert await codes(operations, {"batchId": batch_gid(UUID(int=7))}) == []
    assert await codes(operations, {"variantId": UNKNOWN_VARIANT}) == []
    document = """query ($after: String) { packs(first: 1, after: $after) {
        totalCount nodes { sscc } pageInfo { hasNextPage endCursor } } }"""
    first = (await operations.send(document)).data["packs"]
    second = (await operations.send(document, after=first["pageInfo"]["endCursor"])).data["packs"]
    assert (first["totalCount"], first["nodes"], second["nodes"]) == (2, [{"sscc": TWO}], [{"sscc": ONE}])
    assert second["pageInfo"]["hasNextPage"] is False
    answer = await operations.send('{ packs(filter: {sscc: "12x"}) { totalCount } }')
    assert [error["message"] for error in answer.errors] == ["An SSCC has 18 digits. Filter by the first digits of it."]


async def test_other_vendors_open_no_packs(made: UUID, clients: Clients, database: Database, database_url: str) -> None:
    """A vendor of the chain reads that the pack is elsewhere; one outside of it, that there is no consignment."""
    packager = await vendor_client(clients, database, "PCK-1")
    async with nothing_changes(database_url):
        (error,) = await expect_errors(packager, "unpackPacks", consignmentId=consignment_gid(made), packs=[ONE])
        assert error == ("CONFLICT", "packs.0", f"Pack {ONE} is not on hand: First Print holds it.")
    opened = await mutate(clients[Role.VENDOR], "unpackPacks", consignmentId=consignment_gid(made), packs=[ONE])
    assert [(each["sscc"], each["unpackedAt"] is not None) for each in opened["packs"]] == [(ONE, True)]


async def test_an_administrator_sets_the_company_prefix(clients: Clients) -> None:
    document = """mutation ($prefix: String) { updateProgram(input: {gs1CompanyPrefix: $prefix}) {
        program { gs1CompanyPrefix } errors { code path message } } }"""
    admin = clients[Role.ADMIN]
    assert (await admin.send("{ program { gs1CompanyPrefix } }")).data == {"program": {"gs1CompanyPrefix": None}}
    changed = (await admin.send(document, prefix=" 4012345 ")).data["updateProgram"]
    assert changed == {"program": {"gs1CompanyPrefix": "4012345"}, "errors": []}
    refused = (await admin.send(document, prefix="40-12")).data["updateProgram"]
    assert [error["path"] for error in refused["errors"]] == [["input", "gs1CompanyPrefix"]]


async def codes(client: Client, given: dict[str, Any] | None = None) -> list[str]:
    """The codes of the packs that a client lists."""
    document = "query ($filter: PackFilter) { packs(filter: $filter) { nodes { id sscc } } }"
    nodes = (await client.send(document, filter=given)).data["packs"]["nodes"]
    assert all(node["id"].startswith(gid(NodeKind.PACK, UUID(int=0))[:3]) for node in nodes)
    return [node["sscc"] for node in nodes]
