"""How many demo ECPs work in each place, in each tier; the numbers do not depend on the day of loading."""

import random
from collections.abc import Iterator, Mapping
from typing import Final

from graphql_api.demo.catalog.catalog import REGIONS

ACTIVE: Final = 1_908
PENDING: Final = 52
SUSPENDED: Final = 38
ERASED: Final = 2
ECPS: Final = ACTIVE + PENDING + SUSPENDED + ERASED

TIER_PERCENT: Final[Mapping[str, int]] = {"BRONZE": 58, "SILVER": 27, "GOLD": 12, "PLATINUM": 3}
# Cities whose active ECPs have other tiers than elsewhere. The rest of them is Bronze.
UNUSUAL_TIERS: Final[Mapping[str, Mapping[str, int]]] = {
    # For a rule that no ECP can meet: no Gold ECP, and more Silver than Bronze.
    "IN-MH-PUN": {"SILVER": 41},
    # For a rule that few ECPs can meet.
    "IN-MH-NAG": {"SILVER": 14, "GOLD": 5, "PLATINUM": 4},
}

# Weights of large places; other cities weigh 4 to 16. A few ECPs travel and work in a whole region.
_WEIGHTS: Final[Mapping[str, int]] = {
    "IN-MH-MUM": 92, "IN-MH-PUN": 53, "IN-MH-NAG": 26, "IN-MH-THA": 21,
    "IN-GJ-AHM": 52, "IN-GJ-SUR": 34, "IN-GJ-VAD": 18,
    "IN-DL-NEW": 78, "IN-DL-DWA": 16, "IN-DL-ROH": 18,
    "IN-PB-LUD": 22, "IN-RJ-JAI": 34, "IN-UP-LUC": 29, "IN-UP-KAN": 24, "IN-UP-NOI": 31,
    "IN-KA-BEN": 84, "IN-KA-MYS": 17, "IN-TN-CHE": 66, "IN-TN-COI": 27, "IN-TN-VEL": 5,
    "IN-KL-KOC": 25, "IN-TS-HYD": 64, "IN-TS-KAR": 4, "IN-WB-KOL": 49, "IN-MP-IND": 24,
    "NP-BA-KAT": 31, "NP-BA-HET": 4, "NP-GA-POK": 12, "NP-GA-GOR": 3, "NP-KO-ITA": 4,
    "IN-RJ": 3, "IN-MP": 2, "NP-GA": 2,
}  # fmt: skip
_OTHER_WEIGHTS: Final = (4, 16)


def active_by_place() -> dict[str, int]:
    """Return the number of active ECPs in each geography, by code."""
    chance = random.Random("cities")  # noqa: S311 - the same every time, on purpose
    cities = [f"{region}-{city[:3].upper()}" for region, _, names in REGIONS for city in names]
    return _divide({**{city: chance.randint(*_OTHER_WEIGHTS) for city in cities}, **_WEIGHTS}, ACTIVE)


def active_segments() -> Iterator[tuple[str, str]]:
    """Yield the place and the tier of each active ECP, as codes."""
    for place, number in active_by_place().items():
        if place in UNUSUAL_TIERS:
            tiers = dict(UNUSUAL_TIERS[place])
            tiers["BRONZE"] = number - sum(tiers.values())
        else:
            tiers = _divide(TIER_PERCENT, number)
        for tier in TIER_PERCENT:
            yield from [(place, tier)] * tiers.get(tier, 0)


def _divide(weights: Mapping[str, int], total: int) -> dict[str, int]:
    """Divide a total in proportion to weights, by the largest remainder method."""
    whole = sum(weights.values())
    found = {name: total * weight // whole for name, weight in weights.items()}
    rounded = sorted(weights, key=lambda name: -(total * weights[name] % whole))
    for name in rounded[: total - sum(found.values())]:
        found[name] += 1
    return found
