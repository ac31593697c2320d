"""The ECPs of the demo data: who they are, where, and what became of their registration, in days before loading.

All of it is drawn with a fixed seed, so it is the same whenever the data is loaded.
"""

import random
from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.ecps.inputs import EcpDetails
from graphql_api.demo.names import FAMILY_NAMES, GIVEN_NAMES, MAIL_DOMAINS, PRACTICES
from graphql_api.demo.people import TARA, Person
from graphql_api.demo.plan import Line
from graphql_api.demo.population import ERASED, PENDING, SUSPENDED, active_sorts

# When the first registered, and the last of those who are verified by now.
FIRST_DAY: Final = 245
_LAST: Final = 3
# Many joined in the first weeks, when the program began.
_BEGINNING: Final = (180, FIRST_DAY - 1)
_PERCENT_AT_THE_BEGINNING: Final = 45
# For how long some have been waiting for verification, at most.
_LONGEST_WAIT: Final = 34

_LINES: Final = (Line.LUBRICANTS, Line.EYE_CARE, Line.CAR_CARE)
_LINE_WEIGHTS: Final = (52, 32, 16)
_SUSPENSIONS: Final = (
    "Two coupons were entered that were reported stolen; we are looking into it.",
    "The practice has moved; please send us the new registration.",
    "Several people use this account. Each of them has to register.",
    "The license has expired; please send us the new one.",
)
_TARAS_SORT: Final = ("IN-KA-BEN", "GOLD")
ERASURE: Final = "The person asked for it by e-mail."


class MemberPlan(Struct, frozen=True, kw_only=True):
    """An ECP. `place` and `tier` are codes; the rest are days before loading on which something happened, if it did.

    One who is a `person` of the demo data has an account already.
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


def plan_members() -> tuple[MemberPlan, ...]:
    """Everybody, in the order of registration. The first is the one whose token `tessera serve` prints."""
    chance = random.Random("members")  # noqa: S311 - the same every time, on purpose
    sorts = list(active_sorts())
    chance.shuffle(sorts)
    people = _people(chance)
    # Tara's place and tier are one of those that there are.
    sorts.remove(_TARAS_SORT)
    others = [
        *(_active(chance, next(people), sort) for sort in sorts),
        *(_pending(chance, next(people), chance.choice(sorts)) for _ in range(PENDING)),
        *(_suspended(chance, next(people), chance.choice(sorts)) for _ in range(SUSPENDED)),
        *(_erased(chance, next(people), chance.choice(sorts)) for _ in range(ERASED)),
    ]
    others.sort(key=lambda plan: -plan.registered)
    return (_tara(), *others)


class _Person(Struct, frozen=True):
    """Somebody in a line of business, before it is known where they work."""

    details: EcpDetails
    line: Line

    def member(self, sort: tuple[str, str], registered: int, verified: int | None) -> MemberPlan:
        """They register, and are verified if they are."""
        place, tier = sort
        return MemberPlan(
            details=self.details, line=self.line, place=place, tier=tier, registered=registered, verified=verified
        )


def _people(chance: random.Random) -> Iterator[_Person]:
    """Each has a name that nobody else has, and an e-mail address made of it."""
    names = [(given, family) for given in GIVEN_NAMES for family in FAMILY_NAMES]
    chance.shuffle(names)
    for number, (given, family) in enumerate(names, start=1):
        (line,) = chance.choices(_LINES, _LINE_WEIGHTS)
        email = f"{given}.{family}@{chance.choice(MAIL_DOMAINS)}".lower()
        license_number = f"OPT-{40_001 + number}" if line is Line.EYE_CARE else None
        practice = f"{family} {chance.choice(PRACTICES[line])}"
        phone = f"+91 555 {100_000 + number:07}"
        yield _Person(EcpDetails(f"{given} {family}", practice, email, phone, license_number), line)


def _tara() -> MemberPlan:
    details = EcpDetails(TARA.display_name, "Sorvane Eye Care", TARA.email, "+91 555 0100000", "OPT-40001")
    plan = _Person(details, Line.EYE_CARE).member(_TARAS_SORT, FIRST_DAY, FIRST_DAY - 2)
    return replace(plan, person=TARA.person)


def _active(chance: random.Random, person: _Person, sort: tuple[str, str]) -> MemberPlan:
    registered = chance.randint(*_BEGINNING)
    if chance.randrange(100) >= _PERCENT_AT_THE_BEGINNING:
        # A power below 1 of an even number: fewer come every month.
        registered = _LAST + int((_BEGINNING[0] - _LAST) * chance.random() ** 0.7)
    return person.member(sort, registered, registered - chance.randint(1, 2))


def _pending(chance: random.Random, person: _Person, sort: tuple[str, str]) -> MemberPlan:
    return person.member(sort, chance.randint(1, _LONGEST_WAIT), None)


def _suspended(chance: random.Random, person: _Person, sort: tuple[str, str]) -> MemberPlan:
    registered = chance.randint(90, FIRST_DAY - 1)
    plan = person.member(sort, registered, registered - 1)
    return replace(plan, suspended=chance.randint(10, 75), suspension=chance.choice(_SUSPENSIONS))


def _erased(chance: random.Random, person: _Person, sort: tuple[str, str]) -> MemberPlan:
    registered = chance.randint(150, FIRST_DAY - 1)
    return replace(person.member(sort, registered, registered - 1), erased=chance.randint(20, 60))
