"""Wrong codes over HTTP: each attempt counts, their pace is limited, and too many lock the ECP (R22)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.coupons.codes import ALPHABET
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.redemptions.wrong_codes import BURST
from resolvers.redemptions.attempts import forget_old_attempts
from tests.support.client import document, gid
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.redemptions import NOWHERE, ON_HAND, UNALLOCATED, RedemptionScene, code_of
from tests.support.unchanged import contents

COUPON = "query ($code: String!) { coupon(code: $code) { status redeemedAt redeemableUntil redeemedBy { id } } }"


def mistyped(number: int) -> str:
    """A code with a typing error; each number gives another one."""
    code = code_of(number)
    return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)]


async def try_wrong_codes(scene: RedemptionScene, count: int) -> list[str]:
    """Try wrong codes of both kinds, one after the other, and return the codes of the answers."""
    return [(await scene.fail(mistyped(i) if i % 2 else NOWHERE + i))["code"] for i in range(count)]


async def test_the_pace_of_wrong_codes_is_limited(scene: RedemptionScene, database_url: str) -> None:
    """10 at once and 10 a minute; then even a right code waits, or a program could guess without end."""
    assert await try_wrong_codes(scene, BURST) == ["COUPON_INVALID"] * BURST
    before = await contents(database_url)
    error: dict[str, Any] = {}
    for code in (0, NOWHERE, mistyped(3)):
        error = await scene.fail(code)
        assert (error["__typename"], error["code"]) == ("TooManyWrongCodes", "THROTTLED")
        assert error["message"] == "There were too many wrong codes. Try again in 6 seconds."
    after = await contents(database_url)
    # The row of the bucket is locked, and holds the same.
    assert after == before
    wait = datetime.fromisoformat(error["retryAt"]) - scene.clock.now
    assert timedelta(seconds=5) < wait < timedelta(seconds=6.1)
    scene.clock.advance(seconds=6.1)
    assert await scene.redeem(0) == {"points": 10, "errors": []}
    assert await try_wrong_codes(scene, 2) == ["COUPON_INVALID", "THROTTLED"]


async def test_thirty_aliases_are_thirty_attempts(scene: RedemptionScene) -> None:
    fields = " ".join(
        f'a{i}: redeemCoupon(input: {{code: "{mistyped(i)}", idempotencyKey: "{i}"}}) {{ errors {{ code }} }}'
        for i in range(30)
    )
    found = (await scene.clients[Role.ECP].send(f"mutation {{ {fields} }}")).data
    codes = [found[f"a{i}"]["errors"][0]["code"] for i in range(30)]
    assert codes == ["COUPON_INVALID"] * BURST + ["THROTTLED"] * (30 - BURST)


async def test_too_many_wrong_codes_lock_the_ecp_until_a_manager_unlocks_it(
    scene: RedemptionScene, database_url: str
) -> None:
    """20 within 24 hours and without a redemption: the ECP and the managers are notified, and attempts are listed."""
    await try_wrong_codes(scene, BURST)
    scene.clock.advance(minutes=2)
    await try_wrong_codes(scene, BURST - 1)
    assert (await scene.attempts())["redemptionLockedAt"] is None
    assert (await scene.fail(NOWHERE))["code"] == "COUPON_INVALID"
    locked_at = (await scene.attempts())["redemptionLockedAt"]
    scene.clock.advance(hours=30)
    before = await contents(database_url)
    for code in (0, NOWHERE):
        error = await scene.fail(code)
        assert error == {
            "__typename": "RedemptionLocked",
            "code": "LOCKED",
            "message": "There were too many wrong codes, so you cannot redeem coupons since 10 May 2026 at 09:02 UTC. "
            "Keep your coupons, and ask your program manager to unlock you.",
            "lockedAt": locked_at,
        }
    assert await contents(database_url) == before
    of_ecp, of_manager = await notifications(scene, Role.ECP), await notifications(scene, Role.PROGRAM_MANAGER)
    assert of_ecp == ["You tried 20 wrong codes and cannot redeem coupons now. Ask your program manager to unlock you."]
    assert of_manager == [
        "ECP-2026-000001 tried 20 wrong codes and cannot redeem coupons now. Unlock the ECP if it was a mistake."
    ]
    found = (await scene.attempts(first=2))["redemptionAttempts"]
    assert (found["totalCount"], found["pageInfo"]["hasNextPage"]) == (20, True)
    assert [one["result"] for one in found["nodes"]] == ["UNKNOWN", "UNKNOWN"]
    await unlock(scene)
    assert await scene.redeem(0) == {"points": 10, "errors": []}


async def test_limits_do_not_say_which_codes_are_genuine(scene: RedemptionScene, database_url: str) -> None:
    """Genuine and wrong codes get the same answer: with a used key, for an inert coupon, and while it is locked."""
    assert (await scene.redeem(0, idempotencyKey="used"))["points"] == 10
    codes = (1, UNALLOCATED, ON_HAND, NOWHERE, mistyped(3))
    for typename, rounds in (("TooManyWrongCodes", 1), ("RedemptionLocked", 2)):
        for _ in range(rounds):
            await try_wrong_codes(scene, BURST)
            if typename == "RedemptionLocked":
                scene.clock.advance(minutes=2)
        before = await contents(database_url)
        for code in codes:
            assert (await scene.fail(code))["__typename"] == typename
            assert (await scene.fail(code, idempotencyKey="used"))["__typename"] == typename
        assert await contents(database_url) == before
    assert await scene.redeem(0, idempotencyKey="used") == {"points": 10, "errors": []}


async def test_a_bad_key_is_an_error_with_any_code(scene: RedemptionScene, database_url: str) -> None:
    before = await contents(database_url)
    for key, code in (("", "REQUIRED"), ("k" * 121, "INVALID")):
        answers = [await scene.fail(serial, idempotencyKey=key) for serial in (0, NOWHERE, mistyped(3))]
        assert [answer["code"] for answer in answers] == [code] * 3
        assert answers == [answers[0]] * 3
    assert await contents(database_url) == before


async def notifications(scene: RedemptionScene, role: Role) -> list[str]:
    """The messages about locks that a role has."""
    query = "{ viewer { notifications { nodes { kind message } } } }"
    found = (await scene.clients[role].send(query)).data["viewer"]["notifications"]["nodes"]
    return [one["message"] for one in found if one["kind"] in {"ECP_LOCKED", "ECP_UNLOCKED"}]


async def unlock(scene: RedemptionScene) -> None:
    """Unlock the ECP, which is then not locked; a second time is rejected."""
    values: dict[str, Any] = {"ecpId": gid(NodeKind.ECP, scene.ecp_id), "reason": "A worn label."}
    manager = scene.clients[Role.PROGRAM_MANAGER]
    payload = (await manager.send(document("portal/UnlockEcp"), input=values)).data["unlockEcp"]
    assert payload["errors"] == []
    assert payload["ecp"]["redemptionLockedAt"] is None
    assert "UNLOCK" not in payload["ecp"]["viewerActions"]
    assert (await notifications(scene, Role.ECP))[0] == "You can redeem coupons again: A worn label."
    (error,) = (await manager.send(document("portal/UnlockEcp"), input=values)).data["unlockEcp"]["errors"]
    assert (error["code"], error["message"]) == ("ILLEGAL_STATE", "This ECP is not locked.")


async def test_a_redemption_forgives_wrong_codes(scene: RedemptionScene) -> None:
    """An ECP that mistypes often and redeems in between is never locked; nor after a day."""
    for round_ in range(4):
        await try_wrong_codes(scene, BURST - 1)
        if round_ % 2:
            scene.clock.advance(hours=25)
        else:
            scene.clock.advance(minutes=2)
            assert (await scene.redeem(round_))["points"] == 10
    assert (await scene.attempts())["redemptionLockedAt"] is None


async def test_an_offline_queue_is_never_throttled(scene: RedemptionScene) -> None:
    """50 scans by one ECP, in any order, count at the time of their scan."""
    begin = scene.clock.now - timedelta(hours=50)
    for serial in sorted(range(50), key=lambda serial: serial * 37 % 50):
        when = (begin + timedelta(hours=serial)).isoformat()
        assert await scene.redeem(serial, scannedAt=when) == {"points": 10, "errors": []}


async def test_looking_up_coupons_shares_the_limit(
    scene: RedemptionScene, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """R25: an ECP sees what it redeemed; everything else counts as a wrong code, for vendors too, and not for staff."""
    await scene.redeem(0)
    ecp = scene.clients[Role.ECP]
    found = (await ecp.send(COUPON, code=code_of(0))).data["coupon"]
    assert (found["status"], found["redeemableUntil"], found["redeemedBy"]) == (
        "REDEEMED",
        "2026-08-31T00:00:00Z",
        {"id": gid(NodeKind.ECP, scene.ecp_id)},
    )
    for client, code in ((ecp, code_of(1)), (scene.clients[Role.VENDOR], code_of(NOWHERE))):
        fields = " ".join(f'a{i}: coupon(code: "{code}") {{ status }}' for i in range(30))
        answer = await client.send(f"{{ {fields} }}")
        assert answer.codes == ["RATE_LIMITED"] * (30 - BURST)
        assert answer.body["data"] == {f"a{i}": None for i in range(30)}
        (error,) = (await client.send(COUPON, code=code)).errors
        assert error["message"].startswith("There were too many wrong codes. Try again in ")
        assert datetime.fromisoformat(error["extensions"]["retryAt"]).tzinfo == UTC
    assert (await scene.fail(1))["code"] == "THROTTLED"
    operations = scene.clients[Role.OPERATIONS]
    before = await contents(database_url)
    assert (await operations.send(COUPON, code=code_of(NOWHERE))).data == {"coupon": None}
    seen = (await operations.send(COUPON, code=code_of(0))).data["coupon"]
    assert (seen["status"], seen["redeemedBy"]) == ("REDEEMED", None)
    assert await contents(database_url) == before


async def test_who_reads_attempts(scene: RedemptionScene) -> None:
    """R25: managers and the ECP itself; for others the list is empty."""
    await scene.redeem(0)
    assert len((await scene.attempts())["redemptionAttempts"]["nodes"]) == 1
    assert (await scene.attempts(Role.ANALYST))["redemptionAttempts"]["nodes"] == []
    query = "{ viewer { ecp { redemptionAttempts { nodes { result } } } } }"
    own = (await scene.clients[Role.ECP].send(query)).data["viewer"]["ecp"]["redemptionAttempts"]["nodes"]
    assert own == [{"result": "REDEEMED"}]


async def test_erasing_an_ecp_clears_devices_and_places(scene: RedemptionScene, enrollments: EnrollmentFactory) -> None:
    await scene.redeem(0, deviceId="phone 1")
    await enrollments.erase(scene.ecp_id)
    (attempt,) = (await scene.attempts())["redemptionAttempts"]["nodes"]
    assert (attempt["result"], attempt["device"], attempt["place"]) == ("REDEEMED", None, None)


async def test_old_attempts_are_forgotten(scene: RedemptionScene, enrollments: EnrollmentFactory) -> None:
    await scene.redeem(0)
    await scene.fail(NOWHERE)
    for days, left in ((179, 2), (2, 0)):
        scene.clock.advance(days=days)
        await forget_old_attempts(enrollments.manager())
        assert len((await scene.attempts())["redemptionAttempts"]["nodes"]) == left
