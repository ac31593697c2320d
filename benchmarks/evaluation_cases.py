"""Lines and ECPs that the rules of the benchmark are evaluated for."""

from datetime import timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from benchmarks.evaluation_rules import CATEGORIES, COUPON, NOW, PLACES, PRODUCTS, SALE, TIERS, VARIANTS, VOLUMES
from domain.calendar import UTC_CALENDAR
from domain.rules.facts import EarnerFacts, LineFacts, days_enrolled


class Case(Struct, frozen=True):
    """A line and its ECP, and the same as plain values, which zen-engine takes."""

    line: LineFacts
    ecp: EarnerFacts
    plain: dict[str, Any]


def cases() -> list[Case]:
    """Lines of ECPs that meet between none and nearly all of the rules."""
    activities = {
        "TRAINING_COMPLETED": [NOW - timedelta(days=days) for days in (5, 10, 100)],
        "APP_INSTALLED": [NOW - timedelta(days=200)],
    }
    best = EarnerFacts(
        tier_id=TIERS[3],
        geography_path=(PLACES[0], PLACES[1], PLACES[2]),
        enrolled_at=NOW - timedelta(days=13),
        volumes={VOLUMES[0]: 120, VOLUMES[1]: 60_000, VOLUMES[2]: 25},
        activities=activities,
    )
    new = replace(best, tier_id=TIERS[1], enrolled_at=NOW - timedelta(days=1), volumes={}, activities={})
    far = replace(best, geography_path=(PLACES[20], PLACES[21], PLACES[22]), enrolled_at=NOW - timedelta(days=500))
    line = LineFacts(
        channel=SALE,
        variant_id=VARIANTS[0],
        product_id=PRODUCTS[0],
        category_id=CATEGORIES[0],
        quantity=12,
        base_points=10,
        at=NOW,
    )
    other = LineFacts(
        channel=COUPON,
        variant_id=VARIANTS[12],
        product_id=PRODUCTS[5],
        category_id=CATEGORIES[1],
        quantity=1,
        base_points=25,
        at=NOW - timedelta(days=20, hours=6),
    )
    return [_case(one, ecp) for one in (line, other) for ecp in (best, new, far)]


def _case(line: LineFacts, ecp: EarnerFacts) -> Case:
    at = line.at
    plain = {
        "rank": -1 if ecp.tier_id is None else TIERS.index(ecp.tier_id),
        "places": [str(place) for place in ecp.geography_path],
        "variant": str(line.variant_id),
        "product": str(line.product_id),
        "category": str(line.category_id),
        "channel": line.channel.value,
        "units": line.quantity,
        "base": line.quantity * line.base_points,
        "volumes": {f"v{number}": ecp.volumes.get(key, 0) for number, key in enumerate(VOLUMES)},
        "activities": {
            kind: [(at - moment).total_seconds() for moment in ecp.activities.get(kind, ())]
            for kind in ("TRAINING_COMPLETED", "APP_INSTALLED")
        },
        "enrolled": days_enrolled(ecp.enrolled_at, at, UTC_CALENDAR.zone),
        "weekday": at.weekday(),
        "day": at.toordinal(),
        "minute": at.hour * 60 + at.minute,
    }
    return Case(line, ecp, plain)
