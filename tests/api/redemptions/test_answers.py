"""Redemption over HTTP: every answer exactly, and that nothing else changed (R22)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from db.database import Database
from domain.coupons.codes import ALPHABET
from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.context import Environment
from resolvers.ecps.update_ecp import UpdateEcp, update_ecp
from tests.support.client import Clients, gid
from tests.support.clock import TestClock
from tests.support.downloads import change
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.factories.ecps import EcpFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.redemptions import (
    DAMAGED,
    MISSING,
    NOWHERE,
    ON_HAND,
    SPOILED,
    UNALLOCATED,
    RedemptionScene,
    code_of,
    open_scene,
)
from tests.support.unchanged import contents
from tests.support.world import key

# What a failed attempt may change.
KEPT = {"redemption_attempt", "wrong_codes"}
INERT = (
    "This coupon is not active yet: the factory has not reported the product that contains it. Keep the coupon, and "
    "try again in a few days."
)
HELD = (
    "This coupon was reported missing before it reached a product, so it pays no points now. The program knows of your "
    "scan. Keep the coupon, and ask your program manager about it."
)
TYPING = "This code has a typing error: a character is wrong, or two are swapped. Compare it with the coupon."


@asynccontextmanager
async def only(url: str, *others: str) -> AsyncIterator[None]:
    """Fail if the block changes another table than those that keep attempts."""
    before = await contents(url)
    yield
    after = await contents(url)
    assert {name for name, found in after.items() if found != before[name]} == {*KEPT & {"redemption_attempt"}, *others}


async def test_a_coupon_pays_once(scene: RedemptionScene, database_url: str) -> None:
    """Base points at the time of the scan; the second attempt says when, and for how many points."""
    payload = (await scene.send(code_of(0), deviceId="phone 1")).data["redeemCoupon"]
    assert (payload["points"], payload["errors"]) == (10, [])
    by_scheme = [{"scheme": {"title": "Monsoon Care"}, "available": 10}]
    assert payload["balance"] == {"total": 10, "byScheme": by_scheme}
    assert [(entry["kind"], entry["points"]) for entry in payload["entries"]["nodes"]] == [("BASE", 10)]
    when = scene.clock.now
    async with only(database_url):
        error = await scene.fail(0)
    assert error == {
        "__typename": "AlreadyYours",
        "code": "ALREADY_YOURS",
        "message": "You redeemed this coupon on 10 May 2026 at 09:00 UTC. It earned 10 points.",
        "redeemedAt": error["redeemedAt"],
        "points": 10,
    }
    assert error["redeemedAt"] <= when.isoformat().replace("+00:00", "Z")
    found = (await scene.attempts())["redemptionAttempts"]
    assert [(one["result"], one["device"], one["place"]) for one in found["nodes"]] == [
        ("ALREADY_YOURS", None, "127.0.0.1"),
        ("REDEEMED", "phone 1", "127.0.0.1"),
    ]


@pytest.mark.parametrize(
    ("serial", "code", "message", "kept"),
    [
        (SPOILED, "COUPON_VOID", "This coupon was withdrawn and pays no points.", "VOID"),
        (DAMAGED, "COUPON_DAMAGED", "This coupon was reported damaged and pays no points.", "DAMAGED"),
        (ON_HAND, "COUPON_INERT", INERT, "INERT"),
        (UNALLOCATED, "COUPON_INERT", INERT, "INERT"),
        (MISSING, "COUPON_HELD", HELD, "UNRESOLVED"),
    ],
)
async def test_a_coupon_that_does_not_pay_says_why(  # noqa: PLR0913, PLR0917 - a table
    scene: RedemptionScene, database_url: str, serial: int, code: str, message: str, kept: str
) -> None:
    evidence = ("discrepancy_evidence", "event", "event_subject", "notification")
    async with only(database_url, *(evidence if serial == MISSING else ())):
        error = await scene.fail(serial)
    assert error == {"__typename": "ActionRefused", "code": code, "message": message}
    assert [one["result"] for one in (await scene.attempts())["redemptionAttempts"]["nodes"]] == [kept]


async def test_a_coupon_beyond_the_budget_says_so(
    clients: Clients, clock: TestClock, consignments: ConsignmentFactory, enrollments: EnrollmentFactory
) -> None:
    """It is redeemed for what is left of the budget, also for nothing; the same key answers the same."""
    scene = await open_scene(clients, clock, consignments, enrollments, budget=14)
    used_up = ["This coupon is redeemed, but it earned no points: the budget of “Monsoon Care” is used up."]
    for serial, points, notices in ((0, 10, []), (1, 4, []), (2, 0, used_up), (2, 0, used_up)):
        payload = (await scene.send(code_of(serial), idempotencyKey=f"{serial}")).data["redeemCoupon"]
        assert (payload["points"], payload["notices"], payload["errors"]) == (points, notices, [])


async def test_wrong_codes_say_what_is_wrong(scene: RedemptionScene, database_url: str) -> None:
    """R22: a typing error is found without the database, and a well-formed code of no coupon is unknown."""
    code = code_of(1)
    typed = ALPHABET[ALPHABET.index(code[0]) - 1] + code[1:]
    unknown = "No coupon has this code. Compare it with the coupon."
    for wrong, fault, message in (
        (typed, "CHECK", TYPING),
        (code[:-1], "LENGTH", "A code has 14 letters and digits, and this one has 13. Compare it with the coupon."),
        ("0" + code[1:], "CHARACTER", "Codes never contain 0, O, 1, I, or L, and this one contains 0. Compare it "),
        (code_of(NOWHERE), "UNKNOWN", unknown),
    ):
        async with only(database_url, "wrong_codes"):
            error = await scene.fail(wrong)
        assert error["message"].startswith(message)
        assert (error["__typename"], error["code"], error["fault"]) == ("InvalidCode", "COUPON_INVALID", fault)
    assert await scene.redeem(code.lower().replace("-", " ")) == {"points": 10, "errors": []}
    assert await scene.redeem(f"https://example.com/c/{code_of(2)}") == {"points": 10, "errors": []}


async def test_another_ecp_is_not_named(
    scene: RedemptionScene, enrollments: EnrollmentFactory, database_url: str
) -> None:
    client = await scene.enroll(enrollments, "Binod Thapa")
    assert await scene.redeem(0, client=client) == {"points": 10, "errors": []}
    async with only(database_url):
        error = await scene.fail(0)
    message = "Another ECP has redeemed this coupon already."
    assert error == {"__typename": "ActionRefused", "code": "COUPON_REDEEMED", "message": message}


async def test_a_scheme_pays_from_its_first_day_to_the_end_of_the_grace_period(
    scene: RedemptionScene, database_url: str
) -> None:
    """The last day is 31 July; coupons pay for 30 days more, until 30 August."""
    error: dict[str, Any] = {}
    for month, day, code, message in (
        (4, 30, "OUT_OF_WINDOW", "“Monsoon Care” starts on 1 May 2026. Scan the coupon again on that day or later."),
        (
            8,
            31,
            "COUPON_EXPIRED",
            "This coupon expired: coupons of “Monsoon Care” could be redeemed until 30 August 2026.",
        ),
    ):
        scene.clock.now = scene.clock.now.replace(month=month, day=day, hour=0)
        async with only(database_url):
            error = await scene.fail(3)
        assert (error["code"], error["message"]) == (code, message)
    assert error["redeemableUntil"] == "2026-08-31T00:00:00Z"
    # An app that was offline: the time of the scan counts, and no earlier one.
    last = "2026-08-30T23:59:59Z"
    assert await scene.redeem(3, scannedAt=last) == {"points": 10, "errors": []}


@pytest.mark.parametrize(
    ("scanned", "code", "message"),
    [
        (
            timedelta(hours=-73),
            "OUT_OF_WINDOW",
            "This scan is more than 72 hours old. Scan the coupon again while you ",
        ),
        (timedelta(minutes=6), "INVALID", "This scan is in the future. Set the clock of the phone, and scan the "),
        ("2026-05-10 09:00", "INVALID", "This DateTime has a space instead of the letter T between date and time."),
    ],
)
async def test_the_time_of_a_scan_is_checked(
    scene: RedemptionScene, database_url: str, scanned: timedelta | str, code: str, message: str
) -> None:
    given = scanned if isinstance(scanned, str) else (scene.clock.now + scanned).isoformat()
    before = await contents(database_url)
    error = await scene.fail(0, scannedAt=given)
    assert (error["__typename"], error["code"]) == ("InvalidInput", code)
    assert error["message"].startswith(message)
    assert await contents(database_url) == before


async def test_a_scan_before_the_commissioning_is_impossible(
    scene: RedemptionScene, consignments: Any, database_url: str
) -> None:
    """A phone with a wrong clock; a scan within the tolerance counts now."""
    batch = await consignments.dispatch(scene.consignment_id, quantity=10)
    await consignments.receive(batch, by="FAC-1", accepted=10)
    await consignments.commission(scene.consignment_id, batch_id=batch)
    when = scene.clock.now.isoformat()
    scene.clock.advance(hours=1)
    early = (scene.clock.now - timedelta(hours=2)).isoformat()
    async with only(database_url):
        error = await scene.fail(103, scannedAt=early)
    assert (error["code"], error["message"]) == (
        "OUT_OF_WINDOW",
        (
            f"This coupon became active on 10 May 2026 at {when[11:16]} UTC, after the time of this scan. Set the "
            "clock of the phone, and scan the coupon again."
        ),
    )
    ahead = (scene.clock.now + timedelta(minutes=4)).isoformat()
    assert await scene.redeem(103, scannedAt=ahead) == {"points": 10, "errors": []}


async def test_an_ecp_must_be_enrolled(
    scene: RedemptionScene, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """Each answer says what the ECP can do."""
    messages = []
    for index, apply in enumerate((None, enrollments.pending, enrollments.rejected, enrollments.withdrawn)):
        ecp_id = await enrollments.ecps.verified(f"Person {'ABCD'[index]}")
        scene.clock.now = scene.clock.now.replace(month=4, day=10)
        if apply is not None:
            await apply(scene.scheme_id, ecp_id)
        scene.clock.now = scene.clock.now.replace(month=5, day=10)
        async with only(database_url):
            error = await scene.fail(0, client=scene.client_of(ecp_id))
        assert (error["code"], error["scheme"]["title"]) == ("NOT_ENROLLED", "Monsoon Care")
        messages.append(error["message"])
    assert messages == [
        "You are not enrolled in “Monsoon Care”. Enroll, and then scan the coupon again.",
        (
            "Your application for “Monsoon Care” is not decided yet. Keep the coupon, and scan it again once you are "
            "enrolled."
        ),
        "Your application for “Monsoon Care” was rejected, so its coupons pay you no points.",
        "Your enrollment in “Monsoon Care” ended. Enroll again, and then scan the coupon again.",
    ]


async def test_a_suspended_ecp_redeems_nothing_now(
    scene: RedemptionScene, enrollments: EnrollmentFactory, database_url: str
) -> None:
    """Also what it scanned before."""
    before = scene.clock.now.isoformat()
    scene.clock.advance(hours=1)
    await enrollments.suspend(scene.ecp_id)
    async with only(database_url):
        error = await scene.fail(0, scannedAt=before)
    assert error == {
        "__typename": "EcpNotActive",
        "code": "ILLEGAL_STATE",
        "message": "You are suspended and cannot redeem coupons: Under review. Keep the coupon.",
        "status": "SUSPENDED",
    }


async def test_an_ecp_elsewhere_earns_nothing_and_keeps_the_coupon(
    scene: RedemptionScene, enrollments: EnrollmentFactory, database_url: str
) -> None:
    client = await scene.enroll(enrollments, "Binod Thapa")
    ecp_id = scene.clients.world.ecps[key("account Binod Thapa")]
    place = enrollments.schemes.world.geographies["Mysuru"].id
    await update_ecp(enrollments.ecps.manager(), UpdateEcp(ecp_id, geography_id=place))
    async with only(database_url):
        error = await scene.fail(0, client=client)
    assert error["code"] == "OUT_OF_SCOPE"
    assert error["message"] == (
        "At the time of the sale, the ECP worked in a place that is not in the scheme. The coupon stays valid."
    )
    assert await scene.redeem(0) == {"points": 10, "errors": []}


async def test_only_ecps_redeem(scene: RedemptionScene, environment: Environment, database_url: str) -> None:
    """R25: other roles are denied, and an account that is not registered yet is asked to register."""
    before = await contents(database_url)
    for role in (role for role in Role if role is not Role.ECP):
        assert (await scene.send(code_of(0), client=scene.clients[role])).codes == ["FORBIDDEN"]
    assert await contents(database_url) == before
    nobody = await EcpFactory(environment, scene.clients.world).account("Binod Thapa")
    before = await contents(database_url)
    error = await scene.fail(0, client=scene.clients.of(nobody))
    assert (error["code"], error["message"]) == (
        "ILLEGAL_STATE",
        "You are not registered as an ECP. Register before you redeem coupons.",
    )
    assert await contents(database_url) == before


async def test_the_same_key_answers_as_the_first_time(scene: RedemptionScene, database_url: str) -> None:
    """The same key with another coupon is a mismatch; a failure keeps no key."""
    first = await scene.redeem(0, idempotencyKey="once")
    before = await contents(database_url)
    assert await scene.redeem(0, idempotencyKey="once") == first == {"points": 10, "errors": []}
    assert await scene.redeem(code_of(0).lower(), idempotencyKey="once") == first
    error = await scene.fail(1, idempotencyKey="once")
    assert error == {
        "__typename": "IdempotencyMismatch",
        "code": "IDEMPOTENCY_MISMATCH",
        "message": "This idempotency key was sent before with another input. Use a new key for each action.",
    }
    assert await contents(database_url) == before
    assert (await scene.fail(ON_HAND, idempotencyKey="again"))["code"] == "COUPON_INERT"
    assert await scene.redeem(1, idempotencyKey="again") == {"points": 10, "errors": []}


async def test_points_that_a_job_posts_follow_later(scene: RedemptionScene, database: Database) -> None:
    """While a job values earlier lines of the ECP again, a coupon is redeemed without points yet."""
    await scene.redeem(0)
    await change(database, "UPDATE points_account SET revalue_from = last_sold_at - interval '1 hour'")
    nothing_yet: dict[str, Any] = {"points": None, "errors": []}
    assert await scene.redeem(1, idempotencyKey="once") == nothing_yet
    assert await scene.redeem(1, idempotencyKey="once") == nothing_yet
    error = await scene.fail(1)
    assert (error["code"], error["points"]) == ("ALREADY_YOURS", None)
    assert error["message"] == ("You redeemed this coupon on 10 May 2026 at 09:00 UTC. Its points will follow soon.")


async def test_bad_input_is_named(scene: RedemptionScene, database_url: str) -> None:
    before = await contents(database_url)
    error = await scene.fail(0, deviceId="x" * 121)
    assert (error["code"], error["message"]) == (
        "INVALID",
        "The device ID has 121 characters; at most 120 are allowed.",
    )
    error = await scene.fail(0, idempotencyKey=" ")
    assert (error["code"], error["message"]) == ("REQUIRED", "The idempotency key is missing.")
    assert await contents(database_url) == before


async def test_scans_of_missing_coupons_are_evidence(
    scene: RedemptionScene, corrections: CorrectionFactory, database_url: str
) -> None:
    """Operations are notified once; vendors read time and result, and nobody but those who see ECPs reads who."""
    await scene.fail(MISSING)
    async with only(database_url):
        await scene.fail(MISSING)
    operations = scene.clients[Role.OPERATIONS]
    found = (await operations.send("{ viewer { notifications { nodes { kind message } } } }")).data["viewer"][
        "notifications"
    ]["nodes"]
    assert [one["message"] for one in found if one["kind"] == "MISSING_COUPON_SCANNED"] == [
        (
            "An ECP scanned the coupon 101 of AMB-1L in CON-2026-000001, which is missing. Find out how it came to the "
            "ECP; the discrepancy lists all such scans."
        )
    ]
    query = "{ discrepancies { nodes { evidence { totalCount nodes { scannedAt result serial ecp { id } } } } } }"
    for role, ecp in (
        (Role.OPERATIONS, None),
        (Role.VENDOR, None),
        (Role.PROGRAM_MANAGER, {"id": gid(NodeKind.ECP, scene.ecp_id)}),
    ):
        (discrepancy,) = (await scene.clients[role].send(query)).data["discrepancies"]["nodes"]
        assert discrepancy["evidence"]["totalCount"] == 1
        (evidence,) = discrepancy["evidence"]["nodes"]
        assert (evidence["result"], evidence["serial"], evidence["ecp"]) == ("UNRESOLVED", MISSING, ecp)
