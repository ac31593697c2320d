"""Plans of the demo ECPs: their details, place, and tier, and the dates of their registration, in days before loading.

All of it is drawn with a fixed seed, so every load gives the same ECPs.
"""

import random
from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.ecps.inputs import EcpDetails
from graphql_api.demo.accounts.people import TARA, Person
from graphql_api.demo.ecps.names import FAMILY_NAMES, GIVEN_NAMES, MAIL_DOMAINS, PRACTICES
from graphql_api.demo.ecps.population import ERASED, PENDING, SUSPENDED, active_segments
from graphql_api.demo.lines import Line

# Days before loading: the first registration, and the last of an ECP who is verified by now.
FIRST_DAY: Final = 365
_LAST_DAY: Final = 3
# Many ECPs joined in the first months of the program. Drawn are days of a calendar in which these months are weeks, in
# days before loading.
_FIRST_WEEKS: Final = (180, 244)
_PERCENT_IN_FIRST_WEEKS: Final = 45
# The longest wait for verification so far.
_LONGEST_WAIT_DAYS: Final = 34

_LINES: Final = (Line.LUBRICANTS, Line.EYE_CARE, Line.CAR_CARE)
_LINE_WEIGHTS: Final = (52, 32, 16)
_SUSPENSIONS: Final = (
    "Two coupons were entered that were reported stolen; we are looking into it.",
    "The practice has moved; please send us the new registration.",
    "Several people use this account. Each of them has to register.",
    "The license has expired; please send us the new one.",
)
_TARA_SEGMENT: Final = ("IN-KA-BEN", "GOLD")
ERASURE: Final = "The person asked for it by e-mail."


class EcpPlan(Struct, frozen=True, kw_only=True):
    """An ECP. `place` and `tier` are codes. Numbers are days before loading; None means that it did not happen.

    An ECP who is a `person` of the demo data already has an account.
    """

    details: EcpDetails
    line: Line
    place: str
    tier: str
    registered: int
    verified: int | None = None
    suspended: int | None = None
    suspension: str = ""
    erased: int | None = None
    person: Person | None = None


def plan_ecps() -> tuple[EcpPlan, ...]:
    """Return all ECPs in order of registration. The first is Tara, whose token `tessera serve` prints."""
    chance = random.Random("members")  # noqa: S311 - the same every time, on purpose
    segments = list(active_segments())
    chance.shuffle(segments)
    people = _candidates(chance)
    # Tara takes one of the planned pairs of place and tier.
    segments.remove(_TARA_SEGMENT)
    others = [
        *(_active(chance, next(people), segment) for segment in segments),
        *(_pending(chance, next(people), chance.choice(segments)) for _ in range(PENDING)),
        *(_suspended(chance, next(people), chance.choice(segments)) for _ in range(SUSPENDED)),
        *(_erased(chance, next(people), chance.choice(segments)) for _ in range(ERASED)),
    ]
    others.sort(key=lambda plan: -plan.registered)
    return (_tara(), *others)


class _Candidate(Struct, frozen=True):
    """A person in a line of business, before a place and a tier are assigned."""

    details: EcpDetails
    line: Line

    def ecp(self, segment: tuple[str, str], registered: int, verified: int | None) -> EcpPlan:
        """Return the plan of this person at a place, in a tier."""
        place, tier = segment
        return EcpPlan(
            details=self.details, line=self.line, place=place, tier=tier, registered=registered, verified=verified
        )


def _candidates(chance: random.Random) -> Iterator[_Candidate]:
    """Yield people with unique names, and e-mail addresses made from them."""
    names = [(given, family) for given in GIVEN_NAMES for family in FAMILY_NAMES]
    chance.shuffle(names)
    for number, (given, family) in enumerate(names, start=1):
        (line,) = chance.choices(_LINES, _LINE_WEIGHTS)
        email = f"{given}.{family}@{chance.choice(MAIL_DOMAINS)}".lower()
        license_number = f"OPT-{40_001 + number}" if line is Line.EYE_CARE else None
        practice = f"{family} {chance.choice(PRACTICES[line])}"
        phone = f"+91 555 {100_000 + number:07}"
        yield _Candidate(
            EcpDetails(
                display_name=f"{given} {family}",
                practice=practice,
                email=email,
                phone=phone,
                license_number=license_number,
            ),
            line,
        )


def _tara() -> EcpPlan:
    details = EcpDetails(
        display_name=TARA.display_name,
        practice="Sorvane Eye Care",
        email=TARA.email,
        phone="+91 555 0100000",
        license_number="OPT-40001",
    )
    plan = _Candidate(details, Line.EYE_CARE).ecp(_TARA_SEGMENT, FIRST_DAY, FIRST_DAY - 2)
    return replace(plan, person=TARA.person)


def _active(chance: random.Random, person: _Candidate, segment: tuple[str, str]) -> EcpPlan:
    registered = chance.randint(*_FIRST_WEEKS)
    if chance.randrange(100) >= _PERCENT_IN_FIRST_WEEKS:
        # A power below 1 of a uniform number: registrations decline every month.
        registered = _LAST_DAY + int((_FIRST_WEEKS[0] - _LAST_DAY) * chance.random() ** 0.7)
    return person.ecp(segment, _stretch(registered), _stretch(registered) - chance.randint(1, 2))


def _stretch(day: int) -> int:
    """Spread the first weeks over the first months, so that the program is a year old."""
    first, last = _FIRST_WEEKS
    return day if day <= first else first + (day - first) * (FIRST_DAY - 1 - first) // (last - first)


def _pending(chance: random.Random, person: _Candidate, segment: tuple[str, str]) -> EcpPlan:
    return person.ecp(segment, chance.randint(1, _LONGEST_WAIT_DAYS), None)


def _suspended(chance: random.Random, person: _Candidate, segment: tuple[str, str]) -> EcpPlan:
    registered = _stretch(chance.randint(90, _FIRST_WEEKS[1]))
    plan = person.ecp(segment, registered, registered - 1)
    return replace(plan, suspended=chance.randint(10, 75), suspension=chance.choice(_SUSPENSIONS))


def _erased(chance: random.Random, person: _Candidate, segment: tuple[str, str]) -> EcpPlan:
    registered = _stretch(chance.randint(150, _FIRST_WEEKS[1]))
    return replace(person.ecp(segment, registered, registered - 1), erased=chance.randint(20, 60))
