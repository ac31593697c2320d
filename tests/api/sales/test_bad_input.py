"""What is wrong with a report, or with one sale of it: a stated result each, and the others are recorded (R20, R26)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.permissions import Role
from resolvers.ecps.update_ecp import UpdateEcp, update_ecp
from tests.support.client import Clients
from tests.support.clock import TestClock
from tests.support.factories.ecps import EcpFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.sales import RECORD_SALES, Till, line, sale, unknown_ecp, unknown_sku
from tests.support.unchanged import nothing_changes

SHAPE = "Write it like 2026-03-01T09:30:00Z or 2026-03-01T15:00:00+05:30."
DECIMAL = 'A Decimal is text like "12.50": digits 0 to 9, at most one point, and no more than 10 decimals.'
FUTURE = (
    "is in the future: it is 2026-03-22T09:00:00Z now. Correct {}, or the clock of the system that reports the sale."
)
QUANTITY = "The quantity must be between -1,000,000 and 1,000,000."
CURRENCY = "is not a currency of ISO 4217. Write it like EUR or INR."


def no_ecp(code: str) -> tuple[str, str, str]:
    """What is wrong with a sale that names an unknown ECP."""
    return ("NOT_FOUND", "ecpCode", unknown_ecp(code))


def no_sku(sku: str, number: int = 1) -> tuple[str, str, str]:
    """What is wrong with a line that names an unknown variant."""
    return ("NOT_FOUND", f"lines.{number - 1}.sku", unknown_sku(sku, number))


# A bad sale, and what is wrong with it: code, path within the sale, and sentence. It is 9 o'clock on 22 March.
CASES: list[tuple[dict[str, Any], list[tuple[str, str, str]]]] = [
    (sale(ecpCode="ECP-2026-000009"), [no_ecp("ECP-2026-000009")]),
    (
        sale(ecpCode="x\x00"),
        [("INVALID", "ecpCode", "The code of the ECP contains characters that cannot be shown.")],
    ),
    (
        sale("s", line("NONE-1"), line(), line("NONE-2")),
        [no_sku("NONE-1"), no_sku("NONE-2", 3)],
    ),
    (sale("s", line("")), [("REQUIRED", "lines.0.sku", "The SKU is missing.")]),
    (sale(ecpCode=" "), [("REQUIRED", "ecpCode", "The code of the ECP is missing.")]),
    (sale(" "), [("REQUIRED", "externalId", "The external ID is missing.")]),
    (sale("x" * 121), [("INVALID", "externalId", "The external ID has 121 characters; at most 120 are allowed.")]),
    (
        sale(returnsExternalId=""),
        [("REQUIRED", "returnsExternalId", "The external ID of the returned sale is missing.")],
    ),
    (sale(soldAt="2026-03-22T09:06:00Z"), [("INVALID", "soldAt", f"2026-03-22T09:06:00Z {FUTURE.format('soldAt')}")]),
    (
        sale(updatedAt="2030-01-01T00:00:00+01:00"),
        [("INVALID", "updatedAt", f"2029-12-31T23:00:00Z {FUTURE.format('updatedAt')}")],
    ),
    (
        sale(soldAt="2025-12-22T08:59:59Z"),
        [
            (
                "OUT_OF_WINDOW",
                "soldAt",
                (
                    "This sale is more than 90 days old, and the program takes sales of the last 90 days. Leave it "
                    "out, or ask the operators of the server to allow older ones (TESSERA_SALE_DAYS)."
                ),
            )
        ],
    ),
    (sale(soldAt="yesterday"), [("INVALID", "soldAt", f"This is not a DateTime. {SHAPE}")]),
    (sale(updatedAt="2026-03-12"), [("INVALID", "updatedAt", f"This DateTime has no time of day. {SHAPE}")]),
    (sale(revision=0), [("INVALID", "revision", "The revision must be 1 or more, not 0.")]),
    (sale(lines=[]), [("REQUIRED", "lines", "A sale has at least one line.")]),
    (sale(lines=[line()] * 201), [("LIMIT_EXCEEDED", "lines", "201 lines are too many; a sale has at most 200.")]),
    (
        sale("s", line(quantity=0)),
        [
            (
                "INVALID",
                "lines.0.quantity",
                "The quantity is 0: give the units sold, or a negative number of units that came back.",
            )
        ],
    ),
    (sale("s", line(quantity=1_000_001)), [("INVALID", "lines.0.quantity", QUANTITY)]),
    (sale("s", line(quantity=-(2**31))), [("INVALID", "lines.0.quantity", QUANTITY)]),
    (
        sale("s", line(unitPrice="1.00001")),
        [("INVALID", "lines.0.unitPrice", "The price 1.00001 has 5 decimals; at most 4 are allowed.")],
    ),
    (
        sale("s", line(unitPrice="1.0000000001")),
        [("INVALID", "lines.0.unitPrice", "The price 1.0000000001 has 10 decimals; at most 4 are allowed.")],
    ),
    (
        sale("s", line(unitPrice="-1")),
        [
            (
                "INVALID",
                "lines.0.unitPrice",
                "A price is 0 or more. Units that come back have a negative quantity, and their price.",
            )
        ],
    ),
    (
        sale("s", line(unitPrice="1000000000000")),
        [("INVALID", "lines.0.unitPrice", "A price is below 1,000,000,000,000.")],
    ),
    (
        sale("s", line(quantity=-1_000_000, unitPrice="1000000.0001")),
        [
            (
                "LIMIT_EXCEEDED",
                "lines.0.unitPrice",
                "The price times the quantity is at most 1,000,000,000,000. Check the price and the quantity.",
            )
        ],
    ),
    (sale("s", line(unitPrice="NaN")), [("INVALID", "lines.0.unitPrice", DECIMAL)]),
    (sale("s", line(unitPrice="Infinity")), [("INVALID", "lines.0.unitPrice", DECIMAL)]),
    (sale("s", line(unitPrice=12.5)), [("INVALID", "lines.0.unitPrice", DECIMAL)]),
    (sale("s", line(unitPrice="1e2")), [("INVALID", "lines.0.unitPrice", DECIMAL)]),
    (sale("s", line(currency="inr")), [("INVALID", "lines.0.currency", f"“inr” {CURRENCY}")]),
    # ISO 4217 has this code for “no currency”.
    (sale("s", line(currency="XXX")), [("INVALID", "lines.0.currency", f"“XXX” {CURRENCY}")]),
    (
        sale("s", line("NONE-1", 0, currency=""), ecpCode="nobody", soldAt="2026-02-30T00:00:00Z"),
        [
            ("INVALID", "soldAt", "February 2026 has no day 30: its days are 01 to 28."),
            (
                "INVALID",
                "lines.0.quantity",
                "The quantity is 0: give the units sold, or a negative number of units that came back.",
            ),
            ("INVALID", "lines.0.currency", f"“” {CURRENCY}"),
            no_ecp("nobody"),
            no_sku("NONE-1"),
        ],
    ),
]


def expected(index: int) -> list[tuple[str, list[str], str]]:
    """What is wrong with a case that is at this place of a report."""
    return [(code, ["sales", str(index), *path.split(".")], message) for code, path, message in CASES[index][1]]


async def test_each_sale_is_rejected_by_itself(till: Till, database_url: str) -> None:
    """R26: with all that is wrong, and nothing changes."""
    bad = [given for given, _ in CASES]
    async with nothing_changes(database_url):
        payload = await till.report(*bad)
        assert (payload["rejected"], payload["recorded"], payload["errors"]) == (len(CASES), 0, [])
        for index, result in enumerate(payload["results"]):
            found = [(error["code"], error["path"][1:], error["message"]) for error in result["errors"]]
            assert found == expected(index), CASES[index][0]
        assert await till.outcomes(sale("good"), *bad, mode="ALL_OR_NOTHING") == ["REJECTED"] * (len(CASES) + 1)
    assert await till.outcomes(*bad, sale("good")) == ["REJECTED"] * len(CASES) + ["RECORDED"]


@pytest.mark.parametrize(
    ("source", "sales", "messages"),
    [
        (" ", [], ["The source is missing.", "Report at least one sale."]),
        ("x" * 61, [sale()], ["The source has 61 characters; at most 60 are allowed."]),
        (
            "till",
            [sale(f"s-{number}") for number in range(1001)],
            ["1,001 sales are too many; report at most 1,000 at once."],
        ),
    ],
)
async def test_an_invalid_report_is_rejected(
    till: Till, database_url: str, source: str, sales: list[dict[str, Any]], messages: list[str]
) -> None:
    """R26: as a whole."""
    async with nothing_changes(database_url):
        payload = await till.report(*sales, source=source)
        assert [error["message"] for error in payload["errors"]] == messages
        assert [payload[name] for name in ("results", "recorded", "rejected", "pointsPosted")] == [None] * 4


async def test_sales_at_the_edges_of_time(till: Till) -> None:
    """R20: a little in the future, because clocks differ, and 90 days back."""
    outcomes = await till.outcomes(
        sale("s-1", soldAt="2026-03-22T09:05:00Z", updatedAt="2026-03-22T09:05:00Z"),
        sale("s-2", soldAt="2025-12-22T09:00:01Z"),
        # A source with revisions needs no other version.
        sale("s-3", revision=1, updatedAt="2030-01-01T00:00:00Z"),
    )
    assert outcomes == ["RECORDED", "RECORDED", "RECORDED"]


async def test_a_sale_that_is_old_by_now_is_still_known(till: Till, clock: TestClock, database_url: str) -> None:
    """R20: sending it again after 90 days is no error."""
    await till.outcomes(sale())
    clock.now = datetime(2026, 9, 1, tzinfo=UTC)
    async with nothing_changes(database_url):
        assert await till.outcomes(sale()) == ["DUPLICATE"]
        assert await till.outcomes(sale("s-1", line(quantity=1), revision=2)) == ["REJECTED"]


SCHEME = "“Monsoon Care”"
UNEARNED = "This sale earns no points: no scheme that the ECP takes part in includes it."


async def test_sales_that_earn_nothing_are_recorded(
    till: Till, enrollments: EnrollmentFactory, ecps: EcpFactory
) -> None:
    """R21: and say why: not enrolled, suspended, before the scheme, elsewhere, another product."""
    world = enrollments.schemes.world
    (ecp_id,) = world.ecps.values()
    await ecps.verified("Binod Thapa")
    results = await till.results(
        sale("s-1", ecpCode="ECP-2026-000002"),
        sale("s-2", line("LENS-1")),
        sale("s-3", soldAt="2026-03-10T09:00:00Z"),
    )
    assert [(result["outcome"], result["points"]) for result in results] == [("RECORDED", 0)] * 3
    assert results[0]["notices"] == results[1]["notices"] == [UNEARNED]
    assert results[2]["notices"] == [UNEARNED]
    (result,) = await till.results(sale("s-7", line("LENS-1"), line(), line("LENS-1", 1)))
    assert (result["points"], result["notices"]) == (
        30,
        ["Lines 1 and 3 earn no points: no scheme that the ECP takes part in includes them."],
    )
    await enrollments.suspend(ecp_id)
    (result,) = await till.results(sale("s-4", soldAt="2026-03-22T09:03:00Z"))
    assert (result["outcome"], result["points"]) == ("RECORDED", 0)
    assert result["notices"] == ["“ECP-2026-000001” was suspended at the time of the sale."]
    # A sale from before the suspension earns.
    assert [result["points"] for result in await till.results(sale("s-5"))] == [30]
    await enrollments.erase(ecp_id)
    (result,) = await till.results(sale("s-6", soldAt="2026-03-22T09:04:00Z"))
    assert (result["outcome"], result["points"]) == ("RECORDED", 0)


async def test_mixed_currencies(till: Till) -> None:
    """R20: lines of one sale may have several currencies."""
    results = await till.results(sale("s-1", line(), line("AMB-4L", 1, currency="EUR")))
    assert [(result["outcome"], result["points"]) for result in results] == [("RECORDED", 50)]


TAKEN = (
    "The source “till” belongs to another account. Ask an administrator to let this account use it: under another "
    "name, all sales of this system would be recorded again."
)


async def test_a_source_belongs_to_its_accounts(till: Till, clients: Clients, database_url: str) -> None:
    """R20, R25: to the first one that uses it, until an administrator lets others use it."""
    await till.outcomes(sale())
    document = """mutation ($input: UpsertAccountInput!) {
      upsertAccount(input: $input) { account { id } errors { message } } }"""
    given = {"displayName": "Another system", "roles": ["INTEGRATION"]}
    made = (await clients[Role.ADMIN].send(document, input=given)).data["upsertAccount"]["account"]["id"]
    key = """mutation ($id: ID!) { createApiKey(input: {accountId: $id, name: "Till 2"}) { secret } }"""
    secret = (await clients[Role.ADMIN].send(key, id=made)).data["createApiKey"]["secret"]
    other = Till(clients.with_credential(secret))
    read = '{ sale(source: "till", externalId: "s-1") { externalId } parkedSales { totalCount } }'
    async with nothing_changes(database_url):
        payload = await other.report(sale("s-2"), source="TILL")
        assert (payload["results"], [error["message"] for error in payload["errors"]]) == (
            None,
            [TAKEN],
        )
        assert (await other.client.send(read)).data["sale"] is None
        # A report that is rejected takes no source.
        assert await other.outcomes(sale("s-2", line("NONE-1")), source="new") == ["REJECTED"]
    await other.outcomes(sale("s-2"), source="own till")
    accounts = [made, *[(await till.client.send("{ viewer { account { id } } }")).data["viewer"]["account"]["id"]]]
    share = """mutation ($input: SetSaleSourceAccountsInput!) {
      setSaleSourceAccounts(input: $input) { source errors { message path } } }"""
    shared = (await clients[Role.ADMIN].send(share, input={"source": " Till", "accountIds": accounts})).data
    assert shared == {"setSaleSourceAccounts": {"source": "till", "errors": []}}
    assert await other.outcomes(sale(), sale("s-2")) == ["DUPLICATE", "RECORDED"]
    assert (await other.client.send(read)).data["sale"] == {"externalId": "s-1"}
    for given, message in (
        ({"source": "", "accountIds": accounts}, "The source is missing."),
        ({"source": "till", "accountIds": []}, "Choose at least one account."),
        ({"source": "till", "accountIds": [made, made]}, "This account is chosen twice."),
    ):
        async with nothing_changes(database_url):
            failed = (await clients[Role.ADMIN].send(share, input=given)).data["setSaleSourceAccounts"]
            assert [error["message"] for error in failed["errors"]] == [message]


async def test_reports_may_be_larger_than_other_requests(till: Till, clients: Clients) -> None:
    """N1: up to 8 MiB for signed-in clients that report sales; everything else has the usual limit."""
    many = [sale(f"s-{number}", *[line()] * 20) for number in range(1001)]
    payload = await till.report(*many)
    assert [error["message"] for error in payload["errors"]] == [
        "1,001 sales are too many; report at most 1,000 at once.",
        "The sales have 20,020 lines together; report at most 20,000 at once.",
    ]
    large = {"query": RECORD_SALES, "variables": {"input": {"source": "till", "sales": many}}}
    usual, bulk = ("The request is larger than 1,048,576 bytes.", "The request is larger than 8,388,608 bytes.")
    other = {**large, "query": "{ viewer { roles } }"}
    larger = {**large, "operationName": "x" * 2**23}
    for client, body, message in (
        (clients.anonymous, large, usual),
        (till.client, other, usual),
        (till.client, larger, bulk),
    ):
        response = await client.http.post("/graphql", json=body, headers=client.headers)
        assert response.status_code == 413
        assert response.json()["errors"][0]["message"] == message


async def test_a_sale_elsewhere_earns_nothing(till: Till, enrollments: EnrollmentFactory, clock: TestClock) -> None:
    """R21: of an ECP who has moved out of the geographies of the scheme since then; earlier sales earn."""
    world = enrollments.schemes.world
    (ecp_id,) = world.ecps.values()
    manager = enrollments.manager()
    await update_ecp(manager, UpdateEcp(ecp_id, geography_id=world.geographies["Nepal"].id))
    await manager.close()
    results = await till.results(sale("s-1", soldAt="2026-03-22T09:03:00Z"), sale("s-2"))
    assert [(result["outcome"], result["points"]) for result in results] == [("RECORDED", 0), ("RECORDED", 30)]
    assert (results[0]["notices"], results[1]["notices"]) == (
        [f"At the time of the sale, “ECP-2026-000001” worked in a place that is not in {SCHEME}."],
        [],
    )
