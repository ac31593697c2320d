"""Redemption over HTTP: every answer exactly, and that nothing else changed (R22)."""

from tests.support.redemptions import RedemptionScene, code_of


async def test_smoke(scene: RedemptionScene) -> None:
    print(await scene.redeem(0, deviceId="phone"))
    for serial in (0, 900, 100, 101, 500, 102, 1500, 4000):
        print(serial, await scene.fail(serial))
    print(await scene.fail("X" + code_of(1)[1:]))
    print(await scene.attempts())
