"""Filters of the list of schemes, alone and in pairs, and the work queues, whose counts are those of their lists."""

from datetime import date
from itertools import combinations
from typing import Any

import pytest

from domain.channels import EarningChannel
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.queue_keys import WorkQueueKey
from resolvers.schemes.decline_scheme import DeclineScheme
from resolvers.schemes.reject_scheme import reject_scheme
from resolvers.schemes.request_scheme_changes import request_scheme_changes
from tests.support.client import Client, Clients, gid
from tests.support.clock import TestClock
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import place, variant
from tests.support.world import World, key

LIST = "query($filter: SchemeFilter) { schemes(filter: $filter, first: 200) { totalCount nodes { title } } }"
QUEUES = """{ workQueues {
  key label count oldestSince schemes { totalCount nodes { title stages { status since } } }
} }"""
SALE, COUPON = (EarningChannel.SALE,), (EarningChannel.COUPON,)
EARLY = (date(2026, 3, 1), date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 31))
# It is settled when it has ended.
AT_ONCE = (("grace_days", 0),)
ALL = {"Draft", "Ready", "Waiting", "Own", "Live", "Sold", "Refused", "Returned"}
# Which queues each account of the world has, and which schemes are in them.
WORK: dict[str, dict[str, set[str]]] = {
    "ADMIN": {},
    "PROGRAM_MANAGER": {
        "DRAFTS_TO_COMPLETE": {"Draft"},
        "CHANGES_REQUESTED": {"Returned"},
        "REVIEW_PENDING": {"Ready"},
        # What these hold is no schemes, as with queues of vendors and of discrepancies.
        "ENROLLMENTS_TO_DECIDE": set(),
        "ECPS_TO_VERIFY": set(),
        "ADJUSTMENTS_TO_DECIDE": set(),
        "PARKED_SALES": set(),
        "SETTLEMENT_PENDING": {"Sold"},
    },
    "APPROVER": {"APPROVAL_PENDING": {"Waiting", "Own"}, "SETTLEMENTS_TO_APPROVE": set()},
    "OPERATIONS": {
        "COUPONS_TO_GENERATE": {"Live"},
        "VENDOR_NOT_ASSIGNED": set(),
        "PARTLY_ALLOCATED": set(),
        "DISCREPANCIES": set(),
    },
    "DESIGNER": {"ARTWORK_TO_UPLOAD": {"Live"}, "ARTWORK_REVISIONS": set()},
    "VENDOR": {
        "ARTWORK_TO_REVIEW": set(),
        "PRODUCTION_TO_START": set(),
        "BATCHES_TO_DISPATCH": set(),
        "BATCHES_TO_RECEIVE": set(),
    },
    "ECP": {},
    "ANALYST": {},
    "INTEGRATION": {},
    "manager and approver": {
        "DRAFTS_TO_COMPLETE": {"Draft"},
        "CHANGES_REQUESTED": {"Returned"},
        "REVIEW_PENDING": {"Ready"},
        # Their own submissions wait for another approver.
        "APPROVAL_PENDING": {"Waiting"},
        "ENROLLMENTS_TO_DECIDE": set(),
        "ECPS_TO_VERIFY": set(),
        "ADJUSTMENTS_TO_DECIDE": set(),
        "PARKED_SALES": set(),
        "SETTLEMENT_PENDING": {"Sold"},
        "SETTLEMENTS_TO_APPROVE": set(),
    },
}
VISIBLE: dict[str, set[str]] = {
    "ADMIN": ALL,
    "PROGRAM_MANAGER": ALL,
    "APPROVER": ALL - {"Draft", "Ready"},
    "OPERATIONS": {"Live", "Sold"},
    "DESIGNER": {"Live", "Sold"},
    "VENDOR": set(),
    "ECP": {"Live", "Sold"},
    "ANALYST": ALL,
    "INTEGRATION": set(),
    "manager and approver": ALL,
}


@pytest.fixture
async def schemes(factory: SchemeFactory, clock: TestClock) -> None:
    """A scheme in every state, each with a title of its own; the early one is over."""
    await factory.created("Draft", by="second manager")
    await factory.complete("Ready", SALE, skus=("LENS-1",), places=("Karnataka",))
    await factory.submitted(await factory.complete("Waiting", COUPON, skus=("AMB-1L",), places=("Pune",)))
    own = await factory.complete("Own", skus=("AMB-4L",), places=("India",), by="second manager")
    await factory.submitted(own, by="manager and approver")
    await factory.approved(await factory.complete("Live", COUPON, skus=("AMB-1L", "LENS-1"), places=("Mumbai",)))
    await factory.approved(await factory.complete("Sold", SALE, places=("Nepal",), dates=EARLY, terms=AT_ONCE))
    approver = factory.operation(Role.APPROVER)
    rejected, returned = [await factory.submitted(await factory.complete(title)) for title in ("Refused", "Returned")]
    await reject_scheme(approver, DeclineScheme(rejected, "Not this year."))
    await request_scheme_changes(approver, DeclineScheme(returned, "Please lower the budget."))
    await approver.close()
    clock.advance(days=25)


@pytest.mark.usefixtures("schemes")
async def test_filters_hold_alone_and_in_pairs(clients: Clients, world: World) -> None:
    filters: list[tuple[dict[str, Any], set[str]]] = [
        ({}, ALL),
        ({"search": "re"}, {"Ready", "Refused", "Returned"}),
        ({"search": "LIVE"}, {"Live"}),
        ({"search": "sch-2026"}, ALL),
        ({"search": "nothing"}, set()),
        ({"search": "  "}, ALL),
        ({"queue": "CHANGES_REQUESTED"}, {"Returned"}),
        ({"stages": ["DEFINITION"]}, {"Draft", "Ready", "Returned"}),
        ({"stages": ["APPROVAL", "SETTLEMENT"]}, {"Waiting", "Own", "Refused", "Sold"}),
        ({"stages": []}, set()),
        ({"statuses": ["REVIEW_PENDING", "REJECTED"]}, {"Ready", "Refused"}),
        ({"statuses": ["COUPONS_NOT_GENERATED"]}, {"Live"}),
        ({"channels": ["SALE"]}, ALL - {"Waiting", "Live"}),
        ({"channels": ["COUPON"]}, ALL - {"Ready", "Sold"}),
        ({"channels": ["COUPON", "SALE"]}, ALL),
        ({"geographyIds": [place(world, "Pune")]}, {"Waiting", "Own", "Refused", "Returned"}),
        ({"geographyIds": [place(world, "Maharashtra")]}, {"Waiting", "Own", "Live", "Refused", "Returned"}),
        ({"geographyIds": [place(world, "Mysuru"), place(world, "Kathmandu")]}, {"Ready", "Own", "Sold"}),
        ({"variantIds": [variant(world, "LENS-1")]}, {"Ready", "Live"}),
        ({"variantIds": [variant(world, "CED-250"), gid(NodeKind.VARIANT, key("nothing"))]}, set()),
        ({"createdByMe": True}, ALL - {"Draft", "Own"}),
        ({"createdByMe": False}, ALL),
        ({"activeOn": "2026-05-01"}, {"Live"}),
        ({"activeOn": "2026-07-31"}, {"Live"}),
        ({"activeOn": "2026-03-31"}, {"Sold"}),
        ({"activeOn": "2026-08-01"}, set()),
    ]
    manager = clients["PROGRAM_MANAGER"]
    for chosen, titles in filters:
        assert await _titles(manager, chosen) == titles, chosen
    # Of each kind of filter one that lets something through, and the queue, which excludes nearly everything.
    kinds = {name: (chosen, titles) for chosen, titles in filters for name in chosen if titles}
    for (one, some), (other, others) in combinations(kinds.values(), 2):
        assert await _titles(manager, {**one, **other}) == some & others, (one, other)
    everything = {name: value for chosen, titles in filters if "Live" in titles for name, value in chosen.items()}
    assert await _titles(manager, everything) == {"Live"}


@pytest.mark.usefixtures("schemes")
async def test_each_queue_matches_its_count_for_each_role(clients: Clients) -> None:
    for name, work in WORK.items():
        queues = (await clients[name].send(QUEUES)).data["workQueues"]
        assert [queue["key"] for queue in queues] == list(work)
        for queue in queues:
            titles = work[queue["key"]]
            assert queue["count"] == queue["schemes"]["totalCount"] == len(titles)
            assert {node["title"] for node in queue["schemes"]["nodes"]} == titles
            assert await _titles(clients[name], {"queue": queue["key"]}) == titles
            assert queue["label"] == WorkQueueKey(queue["key"]).label
            waiting = [_since(queue["key"], node) for node in queue["schemes"]["nodes"]]
            assert queue["oldestSince"] == min(waiting, default=None)


@pytest.mark.usefixtures("schemes")
async def test_a_filter_widens_nothing_that_a_role_sees(clients: Clients) -> None:
    for name, seen in VISIBLE.items():
        assert await _titles(clients[name], {}) == seen, name
        approving = {"search": "sch", "stages": ["APPROVAL"]}
        assert await _titles(clients[name], approving) == seen & {"Waiting", "Own", "Refused"}, name


async def test_the_queue_of_another_role_is_denied(clients: Clients) -> None:
    for name, work in WORK.items():
        for other in set(WorkQueueKey) - set(work):
            (error,) = (await clients[name].send(LIST, filter={"queue": other})).errors
            assert (error["extensions"], error["path"]) == ({"code": "FORBIDDEN"}, ["schemes"])
            (owner,) = [role for role in Role if other in WORK[role]]
            message = f"The queue “{other.label}” belongs to the role {owner.label.lower()}."
            assert error["message"] == message, (name, other)


async def test_empty_queues_are_shown_too(clients: Clients) -> None:
    for name in (*Role, "manager and approver"):
        queues = (await clients[name].send(QUEUES)).data["workQueues"]
        assert [queue["key"] for queue in queues] == list(WORK[name])
        for queue in queues:
            assert (queue["count"], queue["oldestSince"]) == (0, None)
            assert queue["schemes"] == {"totalCount": 0, "nodes": []}


async def _titles(client: Client, chosen: dict[str, Any]) -> set[str]:
    """The titles that a filter finds, each of them once and counted right."""
    page = (await client.send(LIST, filter=chosen)).data["schemes"]
    titles = [node["title"] for node in page["nodes"]]
    assert len(set(titles)) == len(titles) == page["totalCount"], chosen
    return set(titles)


def _since(queue: str, node: Any) -> str:
    """Since when a scheme stands at the status that its queue collects."""
    status = {
        "DRAFTS_TO_COMPLETE": "STEP_PENDING",
        "COUPONS_TO_GENERATE": "COUPONS_NOT_GENERATED",
        "ARTWORK_TO_UPLOAD": "ARTWORK_NOT_UPLOADED",
    }.get(queue, queue)
    (found,) = [stage["since"] for stage in node["stages"] if stage["status"] == status]
    since: str = found
    return since
