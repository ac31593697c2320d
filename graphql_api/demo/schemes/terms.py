"""The terms and the marketing materials of the schemes of the demo data."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from domain.channels import EarningChannel
from domain.schemes.content import Material

_EARNING: Final[Mapping[EarningChannel, str]] = {
    EarningChannel.COUPON: (
        "Scratch the coupon inside the pack and enter its code. A code pays **once**, to the first who enters it."
    ),
    EarningChannel.SALE: (
        "Sales count when your billing system reports them, within **7 days** of the invoice. "
        "Returned goods take their points along."
    ),
}

_WHO: Final[Mapping[str, str]] = {
    "lubricants": (
        "Independent mechanics, workshops and oil counters in the places of the scheme may take part. "
        "Employees of the brand and its distributors may not."
    ),
    "car-care": (
        "Detailing studios, washing centers and accessory shops in the places of the scheme may take part, "
        "one enrollment per shop."
    ),
    "eye-care": (
        "Registered optometrists, opticians and their practices in the places of the scheme may take part. "
        "Recommend what the patient needs: points never depend on a diagnosis."
    ),
}

_VALUES: Final[Mapping[str, str]] = {
    "lubricants": "| Pack | Points |\n|---|---|\n| up to 1 L | as listed |\n| cans and pails | by volume |",
    "car-care": "| Pack | Points |\n|---|---|\n| bottles | as listed |\n| 5 L for studios | by volume |",
    "eye-care": "| Product | Points |\n|---|---|\n| lenses | per pair, by index |\n| care and drops | per pack |",
}

_MATERIALS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "lubricants": (("Workshop poster", "poster.pdf"), ("Counter leaflet, Hindi", "leaflet-hi.pdf")),
    "car-care": (("Shelf wobbler", "wobbler.pdf"), ("Film: from dull to bright in a minute", "film.mp4")),
    "eye-care": (("Practice brochure", "brochure.pdf"), ("Patient card", "patient-card.pdf")),
}

_CLARIFICATION: Final = (
    "\n\n## Clarification\n\nPoints of a month are credited by the fifth working day of the next month."
)


def terms_of(line: str, title: str, channels: Sequence[EarningChannel], *, expire_after_days: int | None = None) -> str:
    """The terms of a scheme in Markdown."""
    kept = "do not expire" if expire_after_days is None else f"expire {expire_after_days} days after they were recorded"
    earning = "\n".join(f"- {_EARNING[channel]}" for channel in channels)
    return (
        f"# Terms of “{title}”\n\n## Who may take part\n\n{_WHO[line]}\n\n"
        f"## How points are earned\n\n{earning}\n- Bonus points come on top and are listed in the scheme.\n\n"
        f"{_VALUES[line]}\n\n## How points are used\n\n"
        "1. Points belong to the practice or shop that enrolled and cannot be sold.\n"
        f"2. They {kept}.\n"
        "3. Points earned by mistake or by fraud are taken back, with the reason stated.\n\n"
        "## Questions\n\nWrite to [schemes@example.com](mailto:schemes@example.com)."
    )


def clarified(terms: str | None) -> str:
    """The next version of the terms, after an approver has asked when points are credited."""
    return f"{terms or ''}{_CLARIFICATION}"


def materials_of(line: str, title: str) -> tuple[Material, ...]:
    """The marketing materials of a scheme."""
    folder = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return tuple(Material(name, f"https://example.com/{line}/{folder}/{file}") for name, file in _MATERIALS[line])
