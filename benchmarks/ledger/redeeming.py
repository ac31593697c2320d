"""Redeeming coupons over HTTP: 32 apps at once, in a scheme with a budget and a rule with a limit over all ECPs."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import uvloop
from msgspec import Struct
from uuid_utils.compat import uuid7

from benchmarks.custody.cpu import backends_cpu_ms, cpu_ms, used_since
from benchmarks.custody.place import Place, analyze, opened
from benchmarks.custody.report import Line, line_of
from benchmarks.ledger.client import Caller, CallFailed, body
from benchmarks.ledger.place import Ecp, SchemeTerms, add_members, begun_scheme, commissioned
from benchmarks.ledger.recording import serving
from benchmarks.servers import Server
from benchmarks.sql import change_settings
from db.coupons.reads import RUNS_BY_SCHEME
from domain.channels import EarningChannel
from domain.rules.model import BonusRule, FlatPoints, RuleLimits, TierClause

CLIENTS: Final = 32
_RATE_GOAL: Final = 600.0
_P99_GOAL: Final = 150.0
_WARM_SECONDS: Final = 1.0
# A flush that takes five milliseconds.
_SLOW_DISK: Final = ("ALTER SYSTEM SET commit_delay = 5000", "ALTER SYSTEM SET commit_siblings = 0")
_FAST_DISK: Final = ("ALTER SYSTEM RESET commit_delay", "ALTER SYSTEM RESET commit_siblings")
_RELOAD: Final = "SELECT pg_reload_conf()"
_LARGE: Final = 10**9


class RedeemingSize(Struct, frozen=True):
    """How many ECPs and coupons there are, and how long a period is."""

    ecps: int = 2_000
    coupons: int = 60_000
    seconds: float = 4.0
    rounds: int = 3


class Period(Struct, frozen=True):
    """One period: redemptions a second, quantiles in milliseconds, and milliseconds of CPU for each redemption."""

    rate: float
    p50: float
    p99: float
    python: float
    postgres: float
    failures: Sequence[str]


def measure_redeeming(place: Place, size: RedeemingSize) -> tuple[list[Line], dict[str, object]]:
    """Measure with the disk as it is, and with one that is slow to flush."""
    ecps, codes = asyncio.run(prepare_coupons(place, size.ecps, size.coupons))
    found: dict[str, list[Period]] = {"": [], ", 5 ms to flush": []}
    coupons = iter(codes)
    with serving(place, "ledger redeeming") as (server, signer):
        tokens = [signer.token(ecp.account_id) for ecp in ecps]
        _period(place, server, tokens, coupons, _WARM_SECONDS)
        try:
            for name, periods in found.items():
                asyncio.run(change_settings(place.owner_url, *(_SLOW_DISK if name else _FAST_DISK), _RELOAD))
                periods += [_period(place, server, tokens, coupons, size.seconds) for _ in range(size.rounds)]
        finally:
            asyncio.run(change_settings(place.owner_url, *_FAST_DISK, _RELOAD))
    return [line for name, periods in found.items() for line in _lines(name, periods)], dict(found)


def _lines(name: str, periods: Sequence[Period]) -> Iterator[Line]:
    what = f"redeem, {CLIENTS} clients{name}"
    yield line_of(f"{what}: a second", "", [one.rate for one in periods], _RATE_GOAL, at_least=True)
    yield line_of(f"{what}: 50th percentile", "ms", [one.p50 for one in periods])
    yield line_of(f"{what}: 99th percentile", "ms", [one.p99 for one in periods], _P99_GOAL)
    yield line_of(f"{what}: CPU of Python", "ms", [one.python for one in periods])
    yield line_of(f"{what}: CPU of PostgreSQL", "ms", [one.postgres for one in periods])
    yield Line(what=f"{what}: failures", value=sum(len(one.failures) for one in periods), unit="", goal=0)


async def prepare_coupons(place: Place, number: int, coupons: int) -> tuple[list[Ecp], list[str]]:
    """ECPs in a scheme with coupons, and the codes of those that may be redeemed."""
    async with opened(place) as environment:
        rule = BonusRule(
            id=uuid7(),
            name="Shared by all",
            condition=TierClause(at_least=place.catalog.tier_id),
            reward=FlatPoints(5),
            limits=RuleLimits(points_in_total=_LARGE),
        )
        terms = SchemeTerms(
            title="Coupon Scheme",
            rules=(rule,),
            budget=_LARGE,
            channels=(EarningChannel.COUPON,),
            coupons=coupons,
        )
        scheme_id = await begun_scheme(environment, place, terms)
        await commissioned(environment, place, scheme_id, coupons)
        ecps = await add_members(environment, place, [scheme_id], number)
        reading = environment.operation(None)
        runs = await reading.fetch(RUNS_BY_SCHEME, ids=[scheme_id])
        await reading.close()
        codes = [
            code
            for run in runs
            if run.variant_id == place.catalog.variant_ids[0]
            for batch in environment.coupon_keys.write_many(range(run.span.first, run.span.last + 1), run.key_id)
            for code in batch
        ]
    await analyze(place)
    return ecps, codes


def _period(place: Place, server: Server, tokens: Sequence[str], coupons: Iterator[str], seconds: float) -> Period:
    python, postgres = cpu_ms(server.process.pid), backends_cpu_ms(place.postmaster)
    began = time.perf_counter()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        times, failures = runner.run(_drive(server, tokens, coupons, seconds))
    elapsed, done = time.perf_counter() - began, max(len(times), 1)
    times.sort()
    return Period(
        rate=len(times) / elapsed,
        p50=1000 * times[len(times) // 2] if times else 0.0,
        p99=1000 * times[len(times) * 99 // 100] if times else 0.0,
        python=(cpu_ms(server.process.pid) - python) / done,
        postgres=used_since(postgres, backends_cpu_ms(place.postmaster)) / done,
        failures=failures[:10],
    )


async def _drive(
    server: Server, tokens: Sequence[str], coupons: Iterator[str], seconds: float
) -> tuple[list[float], list[str]]:
    """Let 32 apps redeem coupons for so many seconds."""
    deadline = time.perf_counter() + seconds
    return await drive(server, tokens, coupons, clients=CLIENTS, is_over=lambda: time.perf_counter() >= deadline)


async def drive(
    server: Server, tokens: Sequence[str], coupons: Iterator[str], *, clients: int, is_over: Callable[[], bool]
) -> tuple[list[float], list[str]]:
    """Let apps redeem coupons until it is over or no coupon is left, each for the next ECP in turns."""
    times: list[float] = []
    failures: list[str] = []
    ecps = itertools.cycle(tokens)

    async def app() -> None:
        async with Caller(server.port) as caller:
            while not is_over() and (code := next(coupons, None)) is not None:
                began = time.perf_counter()
                content = body("RedeemCoupon", {"code": code, "idempotencyKey": code})
                try:
                    payload = (await caller.post(next(ecps), content))["redeemCoupon"]
                except CallFailed as failed:
                    failures.append(str(failed))
                    continue
                if payload["errors"]:
                    failures.append(str(payload["errors"]))
                else:
                    times.append(time.perf_counter() - began)

    await asyncio.gather(*(app() for _ in range(clients)))
    return times, failures
