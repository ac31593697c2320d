import asyncio, cProfile, pstats, random, time, os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
import pytest
from domain.channels import EarningChannel
from domain.points.lines import SaleChange, SalePlace, SoldLine
from domain.rules.model import *
import time
from resolvers.points.posting.post import post_points
from tests.support.factories.enrollments import OPEN
from tests.support.world import key
from domain.permissions import Role
import gc

MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)


def rules(world, entries):
    gold = world.tiers["Gold"].id
    mah = world.geographies["Maharashtra"].id
    v = world.variants["AMB-1L"].id
    p = world.products
    out = []
    for i in range(10):
        q = 1 if (i < 6 and entries > 2) else (9 if i == 0 else 1000)
        third = [
            VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 1 if entries > 2 else 50),
            QuantityClause(q),
            ProductClause(variant_ids=(v, world.variants["AMB-4L"].id)),
            EnrolledWithinClause(900 if entries > 2 else 100),
        ][i % 4]
        if i % 4 == 0:
            third = AnyOf((third, QuantityClause(q)))
        out.append(
            BonusRule(
                id=key(f"r{i}"),
                name=f"R{i}",
                condition=AllOf((TierClause(at_least=gold), GeographyClause((mah,)), QuantityClause(q), third))
                if i % 4 != 2
                else AllOf((TierClause(at_least=gold), QuantityClause(q), third)),
                reward=FlatPoints(3 + i),
                limits=RuleLimits(points_per_ecp_per_month=100000)
                if i % 3 == 0
                else RuleLimits(points_in_total=10**9)
                if i == 5
                else RuleLimits(),
            )
        )
    return out


import collections
from db.sessions import Writing

TIMES = collections.defaultdict(list)


def wrap(name):
    orig = getattr(Writing, name)

    async def timed(self, first, *a, **k):
        t = time.perf_counter()
        try:
            return await orig(self, first, *a, **k)
        finally:
            label = first if isinstance(first, str) else getattr(first, "sql", str(first))
            TIMES[name + " " + " ".join(label.split())[:70]].append(time.perf_counter() - t)

    return timed


if os.environ.get("STMT"):
    for n_ in ("fetch", "run", "copy_rows", "execute"):
        setattr(Writing, n_, wrap(n_))


@pytest.mark.parametrize("entries", [1.5, 7])
async def test_bench(environment, world, enrollments, clock, cleaner, entries):
    n = int(os.environ.get("ECPS", "250"))
    ids = []
    for i in range(n):
        ids.append(await enrollments.ecps.verified(f"E {i}"))
    schemes = enrollments.schemes
    scheme_id = await schemes.approved(await schemes.complete(rules=rules(world, entries), dates=OPEN, budget=10**10))
    for e in ids:
        await enrollments.enrolled(scheme_id, e)
    clock.now = MAY + timedelta(days=30)
    rnd = random.Random(1)
    variants = [world.variants["AMB-1L"].id, world.variants["AMB-4L"].id]
    number = 0

    async def batch(k):
        nonlocal number
        changes = []
        for j in range(250):
            number += 1
            e = ids[rnd.randrange(n)]
            at = MAY + timedelta(minutes=k * 10, seconds=j)
            lines = tuple(
                SoldLine(
                    position=p,
                    variant_id=variants[p],
                    quantity=rnd.randrange(1, 12),
                    unit_price=Decimal("12.50"),
                    currency="USD",
                )
                for p in range(2)
            )
            changes.append(
                SaleChange(
                    number=number,
                    ecp_id=e,
                    place=SalePlace(at, "till", f"S{number}"),
                    channel=EarningChannel.SALE,
                    lines=lines,
                )
            )
        operation = environment.operation(world.viewer(Role.INTEGRATION))
        t = time.perf_counter()
        c = time.process_time()
        async with operation.writing() as session:
            await post_points(operation, session, changes)
            st = session.statements
        await operation.close()
        return time.perf_counter() - t, time.process_time() - c, st

    await cleaner._connection.execute("analyze")
    for k in range(5):
        await batch(k)
    gc.collect()
    gc.freeze()
    TIMES.clear()
    T = [await batch(k) for k in range(5, 45)]
    wall = sum(t for t, _, _ in T)
    cpu = sum(c for _, c, _ in T)
    rows = await cleaner._connection.fetchrow(
        "select (select count(*) from points_entry) e, (select count(*) from valuation) v, (select avg(length(facts)) from valuation) f, pg_total_relation_size('valuation')+pg_total_relation_size('points_entry') s"
    )
    print(
        f"\nentries/line {rows['e'] / rows['v']:.2f} facts {rows['f']:.0f}B bytes/line {rows['s'] / rows['v']:.0f}; {len(T) * 500 / wall:.0f} lines/s wall; best {500 / min(t for t, _, _ in T):.0f}; python {cpu / len(T) / 500 * 1e6:.1f} us/line; statements {T[0][2]}"
    )
    for k_, v_ in sorted(TIMES.items(), key=lambda kv: -min(kv[1])):
        print(f"  min {min(v_) * 1000:.2f} ms med {sorted(v_)[len(v_) // 2] * 1000:.2f} {k_}")
    if os.environ.get("PROF"):
        pr = cProfile.Profile()
        pr.enable()
        for k in range(45, 65):
            await batch(k)
        pr.disable()
        pstats.Stats(pr).sort_stats("tottime").print_stats(32)
