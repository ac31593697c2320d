"""One coupon under any race: aliases of one document, many ECPs, and a recall at the same moment (R22, N3)."""

import asyncio
from collections import Counter

import asyncpg

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, gid
from tests.support.factories.corrections import CorrectionFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.redemptions import ENROLLING, SPOILED, RedemptionScene, code_of

RECALL = """mutation ($input: VoidCouponsInput!) {
  voidCoupons(input: $input) { quantity alreadyVoid alreadyRedeemed errors { code message } }
}"""
ENTRIES = "SELECT count(*), coalesce(sum(points), 0) FROM points_entry"
REDEEMED = """
SELECT count(*) FROM redemption AS one
WHERE EXISTS (SELECT FROM points_entry AS entry WHERE entry.sale = one.sale)
"""
# Redeemed coupons that custody does not have among the commissioned ones.
REDEEMED_AND_VOID = """
SELECT count(*) FROM redemption JOIN custody ON custody.spans @> redemption.serial
JOIN custody_place AS place ON place.id = custody.place_id WHERE place.condition <> 'COMMISSIONED'
"""


async def several(scene: RedemptionScene, enrollments: EnrollmentFactory, count: int) -> list[Client]:
    """The clients of new enrolled ECPs, and of the one of the scene."""
    clients = [scene.clients[Role.ECP]]
    now, scene.clock.now = scene.clock.now, ENROLLING
    for number in range(count - 1):
        ecp_id = await enrollments.ecps.verified(f"Person {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number]}")
        await enrollments.enrolled(scene.scheme_id, ecp_id)
        clients.append(scene.client_of(ecp_id))
    scene.clock.now = now
    return clients


async def test_thirty_aliases_redeem_a_coupon_once(scene: RedemptionScene, database_url: str) -> None:
    fields = " ".join(
        f'a{i}: redeemCoupon(input: {{code: "{code_of(0)}", idempotencyKey: "{i}"}}) {{ points errors {{ code }} }}'
        for i in range(30)
    )
    found = (await scene.clients[Role.ECP].send(f"mutation {{ {fields} }}")).data
    assert found.pop("a0") == {"points": 10, "errors": []}
    assert list(found.values()) == [{"points": None, "errors": [{"code": "ALREADY_YOURS"}]}] * 29
    assert await fetch(database_url, ENTRIES) == [(1, 10)]
    assert (await scene.attempts())["redemptionAttempts"]["totalCount"] == 30


async def test_many_ecps_redeem_a_coupon_once(
    scene: RedemptionScene, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """One of them gets the points, once, and the others learn that somebody has them."""
    clients = await several(scene, enrollments, 8)
    answers = await asyncio.gather(*(scene.redeem(0, client=clients[number % 8]) for number in range(40)))
    outcomes = Counter(answer["points"] or answer["errors"][0]["code"] for answer in answers)
    assert outcomes == {10: 1, "ALREADY_YOURS": 4, "COUPON_REDEEMED": 35}
    assert await fetch(database_url, ENTRIES) == [(1, 10)]


async def test_the_same_command_at_the_same_time_is_one_redemption(scene: RedemptionScene, database_url: str) -> None:
    """An impatient app sends it five times with one key: every answer is the first one."""
    answers = await asyncio.gather(*(scene.redeem(0, idempotencyKey="once") for _ in range(5)))
    assert answers == [{"points": 10, "errors": []}] * 5
    assert await fetch(database_url, ENTRIES) == [(1, 10)]


async def test_a_recall_at_the_same_moment_wins_or_loses(
    scene: RedemptionScene, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """50 times: a coupon is redeemed or void, never both, and the recall counts exactly what was redeemed."""
    ecp, operations = scene.clients[Role.ECP], scene.clients[Role.OPERATIONS]
    redeemed = 0
    for serial in range(50):
        recall = {
            "schemeId": gid(NodeKind.SCHEME, scene.scheme_id),
            "serials": [{"first": serial, "last": serial}],
            "reason": "A misprint.",
            "idempotencyKey": f"recall {serial}",
        }
        # From a redemption that begins with the recall to one that begins when it is done.
        recalled = asyncio.create_task(operations.send(RECALL, input=recall))
        await asyncio.sleep(serial % 10 * 0.01)
        paid = await scene.redeem(serial, client=ecp)
        answer = await recalled
        done = answer.data["voidCoupons"]
        if paid["errors"]:
            assert paid["errors"][0]["code"] == "COUPON_VOID"
            assert (done["quantity"], done["alreadyRedeemed"], done["errors"]) == (1, 0, [])
        else:
            redeemed += 1
            assert [error["message"] for error in done["errors"]] == ["This coupon is redeemed already."]
    assert 0 < redeemed < 50
    assert await fetch(database_url, REDEEMED) == [(redeemed,)]
    assert await fetch(database_url, REDEEMED_AND_VOID) == [(0,)]


async def test_a_recall_leaves_redeemed_coupons_alone(
    scene: RedemptionScene, corrections: CorrectionFactory, database_url: str
) -> None:
    """They stay redeemed, with their points; repeating the recall answers the same."""
    for serial in (1, 3):
        await scene.redeem(serial)
    recall = {
        "schemeId": gid(NodeKind.SCHEME, scene.scheme_id),
        "serials": [{"first": 0, "last": 9}],
        "reason": "A misprint.",
        "idempotencyKey": "recall",
    }
    operations = scene.clients[Role.OPERATIONS]
    for _ in range(2):
        done = (await operations.send(RECALL, input=recall)).data["voidCoupons"]
        assert done == {"quantity": 8, "alreadyVoid": 0, "alreadyRedeemed": 2, "errors": []}
    (error,) = (await operations.send(RECALL, input={**recall, "idempotencyKey": "again"})).data["voidCoupons"][
        "errors"
    ]
    assert error["message"] == "All 10 coupons are void or redeemed already."
    assert (await scene.fail(1))["code"] == "ALREADY_YOURS"
    assert (await scene.fail(2))["code"] == "COUPON_VOID"
    assert await fetch(database_url, REDEEMED_AND_VOID) == [(0,)]


async def test_an_erasure_leaves_no_origin_of_an_attempt_that_runs(scene: RedemptionScene, database_url: str) -> None:
    """R18: what fails or redeems a coupon beside the erasure waits for it, and keeps neither device nor address."""
    connection = await asyncpg.connect(database_url)
    erasure = {"ecpId": gid(NodeKind.ECP, scene.ecp_id), "reason": "Asked for it."}
    erase = "mutation ($input: EraseEcpInput!) { eraseEcp(input: $input) { errors { message } } }"
    async with asyncio.timeout(20):
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT FROM ecp WHERE id = $1 FOR UPDATE", scene.ecp_id)
        erasing = asyncio.create_task(scene.clients[Role.PROGRAM_MANAGER].send(erase, input=erasure))
        await _until_waiting(connection, 1)
        running = [asyncio.create_task(scene.send(code_of(serial), deviceId="phone")) for serial in (0, SPOILED)]
        await _until_waiting(connection, 3)
        await transaction.rollback()
        assert (await erasing).data["eraseEcp"]["errors"] == []
        answers = [await one for one in running]
    assert [answer.data["redeemCoupon"]["points"] for answer in answers] == [None, None]
    kept = await connection.fetch("SELECT device, place FROM redemption_attempt")
    assert [tuple(row) for row in kept] == [(None, None)] * 2
    await connection.close()


async def _until_waiting(connection: asyncpg.Connection, count: int) -> None:
    """Wait until so many transactions wait for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while await connection.fetchval(waiting) < count:  # noqa: ASYNC110 - nothing says when
        await asyncio.sleep(0.01)


async def fetch(url: str, query: str) -> list[tuple[object, ...]]:
    """The rows of a query."""
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()
