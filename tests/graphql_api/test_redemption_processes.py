"""One coupon, 200 clients, and four server processes: one redemption (R22, N3)."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.spans import Span
from tests.support.client import Answer, Client, document, http_client
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.redemptions import code_of
from tests.support.secrets import COUPON_KEYS_SETTING
from tests.support.service import environment as service_environment
from tests.support.service import serving
from tests.support.world import key

pytestmark = [pytest.mark.long, pytest.mark.process]

NAMES = [f"Person {letter}" for letter in "ABCDEFGH"]


@pytest.fixture
async def accounts(clock: TestClock, consignments: ConsignmentFactory, enrollments: EnrollmentFactory) -> list[str]:
    """The accounts of eight ECPs in a scheme that runs now, with ten active coupons: servers have the real clock."""
    clock.now = datetime.now(UTC) - timedelta(minutes=10)
    today = clock.now.date()
    day = timedelta(days=1)
    dates = (today - day, today + day, today, today + 30 * day)
    scheme_id = await enrollments.open_scheme(dates=dates)
    await consignments.generated(scheme_id)
    made = await consignments.created(scheme_id, chain=("PRN-1",))
    await consignments.produce(made, quantity=10)
    await consignments.commission(made, Span(0, 9), by="PRN-1")
    for name in NAMES:
        await enrollments.enrolled(scheme_id, await enrollments.ecps.verified(name))
    return [str(key(f"account {name}")) for name in NAMES]


async def test_two_hundred_clients_redeem_a_coupon_once(tmp_path: Path, accounts: list[str], database_url: str) -> None:
    private = Ed25519PrivateKey.generate()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    keys = tmp_path / "keys.pem"
    keys.write_bytes(private.public_key().public_bytes(serialization.Encoding.PEM, form))
    settings = service_environment(
        tmp_path,
        DATABASE_URL=database_url,
        TESSERA_JWT_KEYS=str(keys),
        TESSERA_COUPON_KEYS=COUPON_KEYS_SETTING,
    )
    claims: dict[str, Any] = {"iss": "tessera", "aud": "tessera", "exp": datetime.now(UTC) + timedelta(hours=1)}
    tokens = [jwt.encode({**claims, "sub": account}, private, algorithm="EdDSA") for account in accounts]
    with serving(settings, "--workers", "4") as service:
        async with http_client(f"http://127.0.0.1:{service.port}") as http:
            answers = await asyncio.gather(*(redeem(http, tokens[number % 8], number) for number in range(200)))
        service.stop(service.process.terminate)
    payloads = [answer.data["redeemCoupon"] for answer in answers]
    outcomes = Counter(payload["points"] or payload["errors"][0]["code"] for payload in payloads)
    assert outcomes == {10: 1, "ALREADY_YOURS": 24, "COUPON_REDEEMED": 175}
    connection = await asyncpg.connect(database_url)
    try:
        assert await connection.fetchval("SELECT array_agg(points) FROM points_entry") == [10]
        assert await connection.fetchval("SELECT count(*) FROM redemption_attempt") == 200
    finally:
        await connection.close()


async def redeem(http: httpx.AsyncClient, token: str, number: int) -> Answer:
    """Redeem the one coupon with a key of this attempt, and again while the server says that it is too busy."""
    client = Client(http, {"Authorization": f"Bearer {token}"})
    values = {"code": code_of(0), "idempotencyKey": f"attempt {number}"}
    while True:
        answer = await client.send(document("mobile/RedeemCoupon"), input=values)
        if "errors" not in answer.body or answer.codes != ["SERVICE_UNAVAILABLE"]:
            return answer
        await asyncio.sleep(0.5)
