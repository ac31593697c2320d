"""Redemptions that share a transaction: each has the answer of its own, and leaves what it would leave alone (R22)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import asyncpg
import httpx
import pytest

from graphql_api.context import Environment
from resolvers.context import Operation
from resolvers.points.posting.post import post_points
from resolvers.points.posting.posted import Posting
from resolvers.redemptions import redeem_group
from tests.api.redemptions.test_races import fetch
from tests.support.client import Client
from tests.support.enrolled_ecps import add_enrolled_ecps
from tests.support.redemptions import (
    AT_PRINTER,
    DAMAGED,
    MISSING,
    NOWHERE,
    SPOILED,
    RedemptionScene,
    code_of,
)
from tests.support.world import World, key

WRITTEN = """
SELECT (SELECT count(*) FROM redemption), (SELECT count(*) FROM valuation), (SELECT count(*) FROM points_account),
    (SELECT count(*) FROM points_ledger WHERE seq > 0), (SELECT sum(available)::int FROM points_account),
    (SELECT count(*) FROM idempotency_key WHERE mutation = 'RedeemCoupon')
"""
ATTEMPTS = "SELECT result, count(*) FROM redemption_attempt GROUP BY result ORDER BY result"
# The answer without the ledger, which many requests at once would wait to read.
REDEEM = """mutation ($input: RedeemCouponInput!) { redeemCoupon(input: $input) { points errors { code } } }"""
POISONED = 5
# The scheme pays in Maharashtra.
NOWHERE_ELSE = """
WITH moved AS (UPDATE ecp SET geography_id = (SELECT id FROM geography WHERE name = 'Mysuru') WHERE id = $1)
UPDATE ecp_version SET geography_id = (SELECT id FROM geography WHERE name = 'Mysuru') WHERE ecp_id = $1
"""


class Groups:
    """The groups that were posted, as the numbers of their members; the first one waits for `release`."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.poisoned = False
        self._gate = asyncio.Event()
        self._operation: Operation | None = None
        self._post = post_points

    async def post(self, operation: Operation, session: Any, changes: Sequence[Any]) -> Posting:
        """Post a group."""
        self.sizes.append(len(changes))
        self._operation = operation
        await self._gate.wait()
        if self.poisoned and any(change.place.external_id.endswith(f":{POISONED:010}") for change in changes):
            raise ZeroDivisionError
        return await self._post(operation, session, changes)

    @property
    def waiting(self) -> int:
        """How many redemptions wait for the group that is being written."""
        return 0 if self._operation is None else self._operation.groups.of(redeem_group.redeem_group).waiting

    async def reach(self, members: int) -> None:
        """Let everything go on once so many redemptions wait."""
        await self.until(members)
        self.release()

    async def until(self, members: int) -> None:
        """Wait until so many redemptions wait."""
        async with asyncio.timeout(20):
            while self.waiting < members:  # noqa: ASYNC110 - nothing says when a write waits
                await asyncio.sleep(0.005)

    def release(self) -> None:
        """Let everything go on."""
        self._gate.set()


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> Iterator[Groups]:
    """The groups of the test."""
    found = Groups()
    monkeypatch.setattr(redeem_group, "post_points", found.post)
    yield found
    found.release()


@pytest.fixture
async def ecps(
    scene: RedemptionScene, environment: Environment, world: World, live_server: Any
) -> AsyncIterator[list[Client]]:
    """The clients of 100 ECPs; all but the last four are enrolled."""
    ids = await add_enrolled_ecps(environment, world, scene.scheme_id, 100, enrolled=96)
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=live_server.address, timeout=30, limits=limits, trust_env=False) as http:
        yield [Client(http, scene.clients.of(account_id).headers) for account_id in ids]


async def together(
    scene: RedemptionScene, groups: Groups, sent: Sequence[tuple[Client, int]], *, grouped: int
) -> "list[asyncio.Task[Any]]":
    """Redeem coupons while another redemption is being written, and let it go on when so many wait for it."""
    first = asyncio.create_task(scene.redeem(99))
    tasks = []
    for client, code in sent:
        await asyncio.sleep(0)
        tasks.append(asyncio.create_task(redeem(client, code)))
    await groups.reach(grouped)
    assert await first == {"points": 10, "errors": []}
    return tasks


async def redeem(client: Client, code: int) -> Any:
    """Redeem a coupon, and return the points and the errors."""
    given = {"code": code_of(code), "idempotencyKey": str(code)}
    return (await client.send(REDEEM, input=given)).data["redeemCoupon"]


def outcome(answer: Any) -> Any:
    """The points of an answer, or the code of its error."""
    return answer["points"] or answer["errors"][0]["code"]


async def test_each_of_a_hundred_clients_gets_the_answer_of_its_own(
    scene: RedemptionScene, groups: Groups, ecps: list[Client], database_url: str
) -> None:
    """Those that pay are written together, and of the others nothing is kept but the attempt."""
    expected: list[tuple[int, Any]] = [
        *((serial, 10) for serial in range(80)),
        *((AT_PRINTER + number, "COUPON_INERT") for number in range(6)),
        *((NOWHERE + number, "COUPON_INVALID") for number in range(6)),
        (SPOILED, "COUPON_VOID"),
        (DAMAGED, "COUPON_DAMAGED"),
        (MISSING, "COUPON_HELD"),
        (99, "COUPON_REDEEMED"),
        *((80 + number, "NOT_ENROLLED") for number in range(4)),
    ]
    sent = [(client, code) for client, (code, _) in zip(ecps, expected, strict=True)]
    answers = await asyncio.gather(*await together(scene, groups, sent, grouped=100))
    assert [outcome(answer) for answer in answers] == [result for _, result in expected]
    assert groups.sizes == [1, 80]
    assert await fetch(database_url, WRITTEN) == [(81, 81, 81, 81, 810, 81)]
    assert await fetch(database_url, ATTEMPTS) == [
        ("ALREADY_REDEEMED", 1),
        ("DAMAGED", 1),
        ("INERT", 6),
        ("NOT_ENROLLED", 4),
        ("REDEEMED", 81),
        ("UNKNOWN", 6),
        ("UNRESOLVED", 1),
        ("VOID", 1),
    ]
    assert await scene.redeem(80, client=ecps[0]) == {"points": 10, "errors": []}


async def test_a_member_that_earns_nothing_leaves_the_group(
    scene: RedemptionScene, groups: Groups, ecps: list[Client], database_url: str
) -> None:
    """It is found when the group is valued already: the others are written again without it."""
    await change(database_url, NOWHERE_ELSE, key("ecp Many 003"))
    tasks = await together(scene, groups, [(ecps[number], number) for number in range(8)], grouped=8)
    answers = await asyncio.gather(*tasks)
    assert [outcome(answer) for answer in answers] == [10, 10, 10, "OUT_OF_SCOPE", 10, 10, 10, 10]
    assert groups.sizes == [1, 8, 7]
    assert await fetch(database_url, WRITTEN) == [(8, 8, 8, 8, 80, 8)]


async def test_a_poisoned_member_fails_alone(
    scene: RedemptionScene, groups: Groups, ecps: list[Client], database_url: str
) -> None:
    """A group that fails is written one by one; an error of ours is the answer to its own request only."""
    groups.poisoned = True
    first = asyncio.create_task(scene.redeem(99))
    sent = [asyncio.create_task(scene.send(code_of(number), client=ecps[number])) for number in range(8)]
    await groups.reach(8)
    await first
    answers = await asyncio.gather(*sent)
    failed = answers.pop(POISONED)
    assert failed.codes == ["INTERNAL_SERVER_ERROR"]
    assert [answer.data["redeemCoupon"]["points"] for answer in answers] == [10] * 7
    assert groups.sizes == [1, 8] + [1] * 8
    assert await fetch(database_url, WRITTEN) == [(8, 8, 8, 8, 80, 8)]
    groups.poisoned = False
    assert await scene.redeem(POISONED, client=ecps[POISONED]) == {"points": 10, "errors": []}


async def test_nobody_waits_for_the_ledger_of_another_ecp(
    scene: RedemptionScene, groups: Groups, ecps: list[Client], database_url: str
) -> None:
    """The others are paid while a long transaction has the ledger of one of them."""
    connection = await asyncpg.connect(database_url)
    try:
        groups.release()
        assert outcome(await redeem(ecps[0], 0)) == 10
        await connection.execute("BEGIN")
        await connection.execute("SELECT FROM points_ledger FOR UPDATE")
        blocked = asyncio.create_task(redeem(ecps[0], 1))
        answers = await asyncio.gather(*(redeem(ecps[number], number) for number in range(2, 8)))
        assert [outcome(answer) for answer in answers] == [10] * 6
        assert not blocked.done()
        await connection.execute("COMMIT")
        assert outcome(await blocked) == 10
    finally:
        await connection.close()
    assert await fetch(database_url, WRITTEN) == [(8, 8, 7, 7, 80, 8)]


async def test_a_client_that_vanishes_changes_nothing_for_the_others(
    scene: RedemptionScene, groups: Groups, ecps: list[Client], database_url: str
) -> None:
    first = asyncio.create_task(scene.redeem(99))
    tasks = [asyncio.create_task(redeem(ecps[number], number)) for number in range(8)]
    await groups.until(8)
    tasks[3].cancel()
    await groups.reach(7)
    await first
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(answers.pop(3), asyncio.CancelledError)
    assert answers == [{"points": 10, "errors": []}] * 7
    # Its coupon is redeemed or not, and its own client learns which one.
    again = await scene.redeem(3, client=ecps[3])
    assert outcome(again) in {10, "ALREADY_YOURS"}
    assert await fetch(database_url, WRITTEN) == [(9, 9, 9, 9, 90, 9)]


async def test_the_first_of_forty_requests_gets_the_coupon(
    scene: RedemptionScene, groups: Groups, ecps: list[Client], database_url: str
) -> None:
    """They come in one after the other, and each is decided after the one before."""
    sent = [(ecps[number], 0) for number in range(40)]
    answers = await asyncio.gather(*await together(scene, groups, sent, grouped=40))
    assert Counter(map(outcome, answers)) == {10: 1, "COUPON_REDEEMED": 39}
    assert groups.sizes == [1, 1]
    assert await fetch(database_url, WRITTEN) == [(2, 2, 2, 2, 20, 2)]


async def test_one_ecp_redeems_coupons_at_once_as_if_one_after_the_other(
    scene: RedemptionScene, groups: Groups, ecps: list[Client], database_url: str
) -> None:
    sent = [(ecps[number % 4], number) for number in range(16)]
    answers = await asyncio.gather(*await together(scene, groups, sent, grouped=16))
    assert answers == [{"points": 10, "errors": []}] * 16
    assert groups.sizes == [1, 4, 4, 4, 4]
    chains = "SELECT array_agg(balance_after::int ORDER BY seq) FROM points_entry GROUP BY ecp ORDER BY count(*)"
    assert await fetch(database_url, chains) == [([10],), *[([10, 20, 30, 40],)] * 4]


async def test_each_ecp_follows_its_own_points_only(
    scene: RedemptionScene, groups: Groups, ecps: list[Client], database_url: str
) -> None:
    """A group has one event for all of its ECPs, and each of them reads of its own entries."""
    await asyncio.gather(*await together(scene, groups, [(ecps[number], number) for number in range(3)], grouped=3))
    events = "SELECT cardinality(subject_ids) FROM event WHERE kind = 'POINTS_POSTED' ORDER BY id"
    assert await fetch(database_url, events) == [(2,), (4,)]


async def change(url: str, statement: str, *values: object) -> None:
    """Run a statement."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()
