"""Units that come back: by a revision of the sale, or by a sale of its own that names the one it returns (R20)."""

from typing import Any

import asyncpg

from tests.api.sales.test_recording import _another_ecp as another_ecp
from tests.api.sales.test_recording import read
from tests.support.client import Clients
from tests.support.sales import Till, line, returning, sale
from tests.support.unchanged import nothing_changes

ONE_BACK = line(quantity=-1)


async def net(till: Till, external_id: str = "s-1") -> list[tuple[int, int, int]]:
    """The quantity of each line, the units that came back, and those that count."""
    lines = (await read(till, external_id))["lines"]
    return [(one["quantity"], one["returnedQuantity"], one["netQuantity"]) for one in lines]


async def available(stored: asyncpg.Connection) -> int:
    """The points of all ECPs."""
    found: int = await stored.fetchval("SELECT coalesce(sum(available), 0)::int FROM points_account")
    return found


async def test_a_sale_of_its_own_returns_units(till: Till, stored: asyncpg.Connection) -> None:
    """R20: off the latest line of the SKU first, and the points are taken back."""
    await till.outcomes(sale("s-1", line(quantity=2), line("AMB-4L", 1), line(quantity=3)))
    assert await available(stored) == 70
    (result,) = await till.results(returning("r-1", "s-1", line(quantity=-4), soldAt="2026-03-20T09:00:00Z"))
    assert (result["outcome"], result["points"], result["notices"]) == ("RECORDED", -40, [])
    assert await net(till) == [(2, 1, 1), (1, 0, 1), (3, 3, 0)]
    assert await available(stored) == 30
    found = await read(till, "r-1")
    assert [(one["quantity"], one["returnedQuantity"], one["netQuantity"]) for one in found["lines"]] == [(-4, 0, 0)]
    assert found["returnOf"]["externalId"] == "s-1"
    assert [one["externalId"] for one in (await read(till))["returns"]] == ["r-1"]
    assert await till.outcomes(returning("r-2", "s-1", ONE_BACK, line("AMB-4L", -1))) == ["RECORDED"]
    assert await available(stored) == 0
    assert await till.outcomes(returning("r-3", "s-1")) == ["REJECTED"]


async def test_returns_have_the_points_that_they_take_back(till: Till) -> None:
    """R20: the results of a report add up to what it posted."""
    await till.outcomes(sale(), sale("s-2", line("AMB-4L", 3)))
    for given, expected in (
        # Of several returns of one sale, the first one.
        (
            (returning("r-1", "s-1"), returning("r-2", "s-1"), returning("r-3", "s-2", line("AMB-4L", -1))),
            [-20, 0, -20],
        ),
        # A return that returns another sale now.
        ((returning("r-3", "s-1", revision=2),), [10]),
        # The sale, where the report has it.
        ((sale("s-3"), returning("r-4", "s-3")), [20, 0]),
        # The last of several revisions.
        ((sale("s-5"), sale("s-5", line(quantity=5), revision=2)), [0, 50]),
    ):
        payload = await till.report(*given)
        assert [result["points"] for result in payload["results"]] == expected
        assert payload["pointsPosted"] == sum(expected)
    (result,) = await till.results(sale("s-4", line(), line(quantity=-3)))
    assert (result["points"], result["notices"]) == (0, ["This sale earns no points: all of its units came back."])


async def test_negative_quantities_return_units_of_the_same_sale(till: Till, stored: asyncpg.Connection) -> None:
    """R20: in a revision, or from the beginning."""
    await till.outcomes(sale("s-1", line(), line(quantity=-1)))
    assert (await net(till), await available(stored)) == ([(3, 1, 2), (-1, 0, 0)], 20)
    assert await till.outcomes(sale("s-1", line(), line(quantity=-3), revision=2)) == ["CORRECTED"]
    assert (await net(till), await available(stored)) == ([(3, 3, 0), (-3, 0, 0)], 0)
    assert await till.outcomes(sale("s-1", line(), revision=3)) == ["CORRECTED"]
    assert (await net(till), await available(stored)) == ([(3, 0, 3)], 30)


# A report after the sale s-1 of three cans and its return r-1 of one, and the problem.
EXCEEDS = "More units come back than were sold"
WRONG: list[tuple[dict[str, Any], str, list[str], str]] = [
    (
        returning("r-2", "s-1", line(quantity=-3)),
        "INVALID",
        ["lines", "0", "quantity"],
        f"{EXCEEDS}: the sale “s-1” has 2 units of “AMB-1L” to return.",
    ),
    (
        returning("r-2", "s-1", line(quantity=-2), line(quantity=-1)),
        "INVALID",
        ["lines", "0", "quantity"],
        f"{EXCEEDS}: the sale “s-1” has 2 units of “AMB-1L” to return.",
    ),
    (
        returning("r-2", "s-1", line("AMB-4L", -1)),
        "INVALID",
        ["lines", "0", "quantity"],
        f"{EXCEEDS}: the sale “s-1” has 0 units of “AMB-4L” to return.",
    ),
    (
        returning("r-2", "s-1", soldAt="2026-03-12T09:29:59Z"),
        "INVALID",
        ["soldAt"],
        (
            "Units come back after they were sold: this return is from 2026-03-12T09:29:59Z, and the sale “s-1” from "
            "2026-03-12T09:30:00Z. Correct soldAt of one."
        ),
    ),
    (
        returning("r-2", "r-1"),
        "CONFLICT",
        ["returnsExternalId"],
        "That sale is a return itself, and a return cannot be returned. Correct it instead.",
    ),
    (
        returning("r-2", "r-2"),
        "INVALID",
        ["returnsExternalId"],
        "A sale cannot return itself. Send a revision of it with fewer units or negative quantities.",
    ),
    (
        returning("r-2", "s-1", line(quantity=1)),
        "INVALID",
        ["lines", "0", "quantity"],
        "A return has negative quantities only. Report what was sold as a sale of its own.",
    ),
    (
        sale("s-2", ONE_BACK),
        "REQUIRED",
        ["returnsExternalId"],
        "This sale only returns units: name the sale that it returns in returnsExternalId.",
    ),
    (
        sale("s-2", line(), line("AMB-4L", -1)),
        "INVALID",
        ["lines", "1", "quantity"],
        f"{EXCEEDS}: this sale has 0 units of “AMB-4L” to return.",
    ),
    (
        sale("s-1", line(), line(quantity=-3), revision=2),
        "INVALID",
        ["lines", "1", "quantity"],
        f"{EXCEEDS}: this sale has 2 units of “AMB-1L” to return.",
    ),
    (
        sale("s-1", line("AMB-4L"), revision=2),
        "CONFLICT",
        ["lines"],
        "Other sales return more units of this sale than it would have left. Correct those sales first.",
    ),
    (
        returning("s-1", "s-3", revision=2),
        "CONFLICT",
        ["returnsExternalId"],
        "Other sales return units of this sale, so it cannot become a return. Correct those sales first.",
    ),
]


async def test_what_cannot_come_back_is_rejected(till: Till, database_url: str) -> None:
    """R20, R26: and nothing changes."""
    await till.outcomes(sale(), returning("r-1", "s-1"), sale("s-3"))
    async with nothing_changes(database_url):
        for given, code, path, message in WRONG:
            assert await till.problems(given) == [(code, ["sales", "0", *path], message)], given


async def test_a_return_belongs_to_the_ecp_of_the_sale(
    till: Till, clients: Clients, stored: asyncpg.Connection
) -> None:
    """R20: another ECP cannot return its units."""
    await till.outcomes(sale())
    other = await another_ecp(clients, stored)
    message = "The sale that this one returns belongs to another ECP."
    assert await till.problems(returning("r-1", "s-1", ecpCode=other)) == [
        ("CONFLICT", ["sales", "0", "ecpCode"], message)
    ]


async def test_a_return_is_corrected(till: Till, stored: asyncpg.Connection) -> None:
    """R20: it returns other units, units of another sale, or becomes a sale that sold something."""
    await till.outcomes(sale(), sale("s-2", line("AMB-4L", 3)), returning("r-1", "s-1"))
    assert await available(stored) == 80
    assert await till.outcomes(returning("r-1", "s-1", line(quantity=-3), revision=2)) == ["CORRECTED"]
    assert (await net(till), await available(stored)) == ([(3, 3, 0)], 60)
    assert await till.outcomes(returning("r-1", "s-2", line("AMB-4L", -2), revision=3)) == ["CORRECTED"]
    assert (await net(till), await net(till, "s-2"), await available(stored)) == ([(3, 0, 3)], [(3, 2, 1)], 50)
    assert await till.outcomes(sale("r-1", line(quantity=1), revision=4)) == ["CORRECTED"]
    assert (await net(till, "s-2"), await net(till, "r-1")) == ([(3, 0, 3)], [(1, 0, 1)])
    assert await available(stored) == 100
    assert (await read(till))["returns"] == (await read(till, "s-2"))["returns"] == []
    assert (await read(till, "r-1"))["returnOf"] is None
    # And a sale becomes a return.
    assert await till.outcomes(returning("r-1", "s-1", revision=5)) == ["CORRECTED"]
    assert await available(stored) == 80


async def test_a_sale_with_returns_is_corrected(till: Till, stored: asyncpg.Connection) -> None:
    """R20: what came back stays returned, also where the sale moves to another time and back."""
    await till.outcomes(sale(), returning("r-1", "s-1"))
    assert await till.outcomes(sale("s-1", line(quantity=2), line("AMB-4L", 1), revision=2)) == ["CORRECTED"]
    assert (await net(till), await available(stored)) == ([(2, 1, 1), (1, 0, 1)], 30)
    for revision, (sold_at, quantity, points) in enumerate(
        (("2026-03-14T09:00:00Z", 5, 40), ("2026-03-12T09:30:00Z", 4, 30), ("2026-03-14T09:00:00Z", 3, 20)), 3
    ):
        moved = sale("s-1", line(quantity=quantity), revision=revision, soldAt=sold_at)
        assert await till.outcomes(moved) == ["CORRECTED"]
        assert (await net(till), await available(stored)) == ([(quantity, 1, quantity - 1)], points)
        assert [one["externalId"] for one in (await read(till))["returns"]] == ["r-1"]
    back = returning("r-1", "s-1", line(quantity=-3), revision=2, soldAt="2026-03-14T09:00:00Z")
    assert await till.outcomes(back) == ["CORRECTED"]
    assert (await net(till), await available(stored)) == ([(3, 3, 0)], 0)


async def test_a_return_comes_before_its_sale(till: Till, stored: asyncpg.Connection) -> None:
    """R20: it is parked, whatever the report asks for, and recorded with the sale, by itself."""
    message = "The sale that this one returns is not recorded yet. This return is recorded as soon as it is."
    assert await till.problems(returning("r-1", "s-1")) == [("NOT_FOUND", ["sales", "0", "returnsExternalId"], message)]
    assert await till.outcomes(returning("r-1", "s-1"), returning("r-2", "s-1")) == ["DUPLICATE", "PARKED"]
    assert await till.outcomes(sale(), returning("r-2", "s-1")) == ["RECORDED", "RECORDED"]
    assert await till.outcomes(returning("r-1", "s-1")) == ["DUPLICATE"]
    assert (await net(till), await available(stored)) == ([(3, 2, 1)], 10)
    assert await stored.fetchval("SELECT count(*) FROM parked_sale") == 0
    # Within one report, the order does not matter.
    assert await till.outcomes(returning("r-3", "s-3"), sale("s-3"), mode="ALL_OR_NOTHING") == ["RECORDED"] * 2
    assert await net(till, "s-3") == [(3, 1, 2)]


async def test_a_parked_return_that_is_too_large_stays_parked(till: Till, stored: asyncpg.Connection) -> None:
    """R20: with what is wrong, until it is corrected."""
    await till.outcomes(returning("r-1", "s-1", line(quantity=-4)))
    assert await till.outcomes(sale()) == ["RECORDED"]
    problem = f"{EXCEEDS}: the sale “s-1” has 3 units of “AMB-1L” to return."
    rows = await stored.fetch("SELECT external_id, problem FROM parked_sale")
    assert [tuple(row) for row in rows] == [("r-1", problem)]
    assert await till.outcomes(returning("r-1", "s-1", line(quantity=-4), revision=2)) == ["REJECTED"]
    assert await till.outcomes(returning("r-1", "s-1", line(quantity=-3), revision=2)) == ["RECORDED"]
    assert await stored.fetchval("SELECT count(*) FROM parked_sale") == 0
    assert (await net(till), await available(stored)) == ([(3, 3, 0)], 0)
