"""The ledger over HTTP: balances, explained entries, statements, and what was known at a time (R22, N6)."""

from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, document, gid
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.ledger_story import POINTS, LedgerStory, day
from tests.support.world import World


@pytest.fixture
async def story(enrollments: EnrollmentFactory, clock: TestClock, world: World) -> LedgerStory:
    """The scheme and the ECP, without sales."""
    begun = LedgerStory(enrollments, clock, world)
    await begun.begin()
    return begun


@pytest.fixture
def ecp(clients: Clients) -> Client:
    """The world's ECP."""
    return clients[Role.ECP]


async def ledger(client: Client, **variables: Any) -> Any:
    """The screen of the ledger."""
    return (await client.send(document("mobile/Ledger"), **variables)).data["viewer"]["ecp"]


async def statement(client: Client, story: LedgerStory, month: str, **variables: Any) -> Any:
    """The statement of a month."""
    given = {"month": month, "schemeId": gid(NodeKind.SCHEME, story.scheme_id), **variables}
    return (await client.send(document("mobile/Statement"), **given)).data["viewer"]["ecp"]["statement"]


async def test_every_entry_says_why_it_exists(ecp: Client, story: LedgerStory) -> None:
    """R22: base and bonus points, what a late sale changed, and what a return took back, each with its cause."""
    await story.may()
    await story.june()
    found = await ledger(ecp)
    assert found["balance"]["total"] == sum(POINTS) == 125
    entries = found["ledger"]["nodes"][::-1]
    assert found["ledger"]["totalCount"] == len(entries) == len(POINTS)
    assert [entry["number"] for entry in entries] == list(range(1, len(POINTS) + 1))
    assert [entry["points"] for entry in entries] == list(POINTS)
    assert [entry["balanceAfter"] for entry in entries] == list(accumulate(POINTS))
    assert [entry["kind"] for entry in entries] == [
        *("BASE", "BONUS"),
        *("BASE", "BONUS"),
        *("BASE", "BONUS", "BONUS"),
        *("BASE", "BONUS", "BONUS"),
        *("REVERSAL", "REVERSAL", "REVERSAL", "REVERSAL"),
    ]
    late = "because sale S-0 of 7 May 2026, which comes before it, was recorded later"
    regulars, back = "points of the rule “Regulars”", "Sale S-1 (source till) of 5 May 2026 was returned with R-1"
    returned = "because sale S-1, which comes before it, was returned with R-1"
    assert [entry["sentence"] for entry in entries] == [
        "80 base points (8 units of 10 points each) for AMB-1L in sale S-1 (source till) of 5 May 2026.",
        "5 points of the rule “Gold” for AMB-1L in sale S-1 (source till) of 5 May 2026.",
        "40 base points (4 units of 10 points each) for AMB-1L in sale S-2 (source till) of 10 May 2026.",
        "5 points of the rule “Gold” for AMB-1L in sale S-2 (source till) of 10 May 2026.",
        "40 base points (2 units of 20 points each) for AMB-4L in sale S-3 (source till) of 15 May 2026.",
        "5 points of the rule “Gold” for AMB-4L in sale S-3 (source till) of 15 May 2026.",
        "2 points of the rule “Regulars” for AMB-4L in sale S-3 (source till) of 15 May 2026.",
        "30 base points (3 units of 10 points each) for AMB-1L in sale S-0 (source till) of 7 May 2026.",
        "5 points of the rule “Gold” for AMB-1L in sale S-0 (source till) of 7 May 2026.",
        f"4 points of the rule “Regulars” for AMB-1L in sale S-2 (source till) of 10 May 2026, {late}.",
        f"{back}: 80 base points for AMB-1L were taken back.",
        f"{back}: 5 points of the rule “Gold” for AMB-1L were taken back.",
        f"4 {regulars} for AMB-1L in sale S-2 (source till) of 10 May 2026 were taken back, {returned}.",
        f"2 {regulars} for AMB-4L in sale S-3 (source till) of 15 May 2026 were taken back, {returned}.",
    ]


async def test_an_entry_is_explained_from_stored_facts(
    ecp: Client, story: LedgerStory, clock: TestClock, world: World
) -> None:
    """N6: months later, after promotions and other sales, with every clause and the fact that met it."""
    await story.may()
    await story.june()
    clock.now = day(12, 1)
    nodes = (await ledger(ecp))["ledger"]["nodes"][::-1]
    explained = [(await ecp.send(document("mobile/Why"), entryId=node["id"])).data["node"] for node in nodes]
    assert [(one["rule"] or {}).get("name") for one in explained] == [
        *(None, "Gold"),
        *(None, "Gold"),
        *(None, "Gold", "Regulars"),
        *(None, "Gold", "Regulars"),
        *(None, "Gold", "Regulars", "Regulars"),
    ]
    assert explained[0]["explanation"] is None
    assert explained[6]["explanation"] == {
        "met": True,
        "sentence": "Met: 2 points.",
        "clauses": [
            {
                "clause": "have sold 10 or more units so far this month",
                "met": True,
                "fact": "Before this, the ECP had sold 12 units this month; 10 are needed.",
            }
        ],
    }
    # The version of the valuation that took the points back says why.
    assert explained[13]["explanation"]["sentence"] == (
        "Not met: before this, the ECP had sold 7 units this month, and the rule asks for ECPs who have sold 10 or "
        "more units so far this month."
    )
    assert explained[13]["reverses"] == {
        "id": nodes[6]["id"],
        "points": 2,
        "sentence": "2 points of the rule “Regulars” for AMB-4L in sale S-3 (source till) of 15 May 2026.",
    }
    assert explained[11]["explanation"]["sentence"] == (
        "Everything on the line was returned or corrected away, so the rule pays nothing."
    )


async def test_a_closed_month_never_changes(ecp: Client, story: LedgerStory, clock: TestClock) -> None:
    """R22: what corrects it later stands in a section of its own, in the month in which it was recorded."""
    await story.may()
    open_month = await statement(ecp, story, "2026-05")
    assert (open_month["isClosed"], open_month["closingBalance"]) == (False, 177)
    clock.now = day(6, 1)
    closed = await statement(ecp, story, "2026-05")
    assert closed == {**open_month, "isClosed": True}
    assert {section["kind"]: section["points"] for section in closed["sections"]} == {
        "EARNED": 177,
        "REVERSED": 0,
        "ADJUSTED": 0,
        "SETTLED": 0,
        "EXPIRED": 0,
        "EARLIER_MONTHS": 0,
    }
    await story.june()
    assert await statement(ecp, story, "2026-05") == closed
    june = await statement(ecp, story, "2026-06")
    assert (june["monthLabel"], june["openingBalance"], june["closingBalance"]) == ("June 2026", 177, 125)
    later = june["sections"][-1]
    assert (later["label"], later["points"]) == ("Later corrections of earlier months", -52)
    assert [entry["points"] for entry in later["entries"]["nodes"]] == [-2, -4, -5, -80, 4, 5, 30]
    assert all(section["points"] == 0 for section in june["sections"][:-1])
    empty = await statement(ecp, story, "2026-04")
    assert (empty["openingBalance"], empty["closingBalance"]) == (0, 0)


async def test_what_was_known_at_a_time_is_reproduced(ecp: Client, story: LedgerStory, clock: TestClock) -> None:
    """R22: entries, balance, and statement, to the point, after each posting."""
    await story.may()
    await story.june()
    entries = (await ledger(ecp))["ledger"]["nodes"][::-1]
    for index, entry in enumerate(entries):
        later = entries[index + 1 :]
        if later and later[0]["recordedAt"] == entry["recordedAt"]:
            continue
        known = await ledger(ecp, filter={"asKnownAt": entry["recordedAt"]})
        assert known["ledger"]["nodes"][::-1] == entries[: index + 1]
        assert known["ledger"]["totalCount"] == index + 1
    first_of_june = entries[7]["recordedAt"]
    text = "query ($at: DateTime) { viewer { ecp { balance(asKnownAt: $at) { total byScheme { available } asOf } } } }"
    answer = (await ecp.send(text, at=first_of_june)).data["viewer"]["ecp"]["balance"]
    assert answer == {"total": 216, "byScheme": [{"available": 216}], "asOf": first_of_june}
    assert (await ecp.send(text, at="2026-05-01T00:00:00Z")).data["viewer"]["ecp"]["balance"]["total"] == 0
    known = await statement(ecp, story, "2026-06", asKnownAt=first_of_june)
    assert (known["openingBalance"], known["closingBalance"]) == (177, 216)
    ahead = clock.now + timedelta(days=1)
    refused = await ecp.send(document("mobile/Ledger"), filter={"asKnownAt": ahead.isoformat()})
    assert [error["message"] for error in refused.errors] == [
        "This time lies ahead, so what will be known then is not known yet. Ask for a time in the past."
    ]


async def test_pages_and_filters(ecp: Client, story: LedgerStory) -> None:
    await story.may()
    await story.june()
    seen: list[int] = []
    after = None
    while True:
        page = (await ledger(ecp, first=5, after=after))["ledger"]
        seen += [entry["number"] for entry in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == list(range(14, 0, -1))
    filters: dict[str, tuple[dict[str, Any], list[int]]] = {
        "kinds": ({"kinds": ["REVERSAL"]}, [14, 13, 12, 11]),
        "from": ({"from": "2026-06-11"}, [14, 13, 12, 11]),
        "to": ({"to": "2026-05-20"}, [7, 6, 5, 4, 3, 2, 1]),
        "between": ({"from": "2026-06-10", "to": "2026-06-10", "kinds": ["BONUS"]}, [10, 9]),
        "scheme": ({"schemeIds": [gid(NodeKind.SCHEME, story.scheme_id)], "to": "2026-05-20"}, [7, 6, 5, 4, 3, 2, 1]),
        "another scheme": ({"schemeIds": [gid(NodeKind.SCHEME, story.ecp_id)]}, []),
    }
    for name, (chosen, expected) in filters.items():
        found = (await ledger(ecp, filter=chosen))["ledger"]
        assert [entry["number"] for entry in found["nodes"]] == expected, name
        assert found["totalCount"] == len(expected), name
    wrong = await ecp.send(document("mobile/Ledger"), filter={"schemeIds": ["nonsense"]})
    assert [error["message"] for error in wrong.errors] == ["This scheme does not exist."]
