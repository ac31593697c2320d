"""`tessera ledger verify` finds nothing in a healthy ledger, and each kind of planted fault (R22)."""

import io
import itertools
import re
from datetime import timedelta
from typing import Final

import asyncpg
import pytest
from msgspec.structs import replace
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import make_url

from db.database import Database
from domain.permissions import Role
from domain.points.running_state import AccountState
from domain.points.valuation_facts import decode_facts, encode_facts
from graphql_api.ledger_commands import PartsDone
from graphql_api.verification import VerificationImpossible
from tests.support.client import Clients
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.ledger_faults import FAULTS_OF_ENTRIES, OWNER
from tests.support.ledger_line_faults import FAULTS_OF_LINES
from tests.support.ledger_verification import (
    Planter,
    VerifiedLedger,
    find_faults,
    first_form,
    healthy_ledger,
    plant,
    verify,
)
from tests.support.redemptions import RUNNING
from tests.support.sales import Till, line, returning, sale
from tests.support.unchanged import nothing_changes
from tests.support.world import World

MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00")
LATE: Final = "sale late of till, line 0:"
_FIRST: Final = "(SELECT number FROM ecp WHERE code = 'ECP-2026-000001')"
BUDGET: Final = "SCH-2026-000001: the budget is 100,000 points;"
OTHERWISE: Final = "other points by its facts and the lines before it than its valuation says."
FAULTS: Final = {**FAULTS_OF_ENTRIES, **FAULTS_OF_LINES}


@pytest.fixture
async def ledger(
    clients: Clients, clock: TestClock, consignments: ConsignmentFactory, enrollments: EnrollmentFactory
) -> VerifiedLedger:
    """A healthy ledger."""
    return await healthy_ledger(clients, clock, consignments, enrollments)


async def findings(database: Database) -> list[str]:
    """What is found, without most owners and without moments."""
    return [MOMENT.sub("#", found).removeprefix(OWNER) for found in await find_faults(database)]


@pytest.mark.long
async def test_a_healthy_ledger_has_no_findings_and_each_planted_fault_has_its_own(
    ledger: VerifiedLedger, database: Database, database_url: str
) -> None:
    """R22: late, corrected, moved, and returned sales, redemptions, and adjustments of every status are healthy."""
    async with nothing_changes(database_url):
        result = await verify(database_url)
    assert result.stdout == ""
    assert result.exit_code == 0
    # Parts follow the numbers of ECPs and sales, which earlier tests have used up.
    assert re.sub("of [0-9]+", "of #", result.stderr).splitlines() == [
        "Verifying ECPs: part 1 of #.",
        "Verifying sales: part 1 of #.",
        "Verifying limits: part 1 of #.",
        "Verified 2 ledgers: everything agrees.",
    ]
    found: dict[str, list[str]] = {}
    async with Planter.opened(database_url) as planter:
        for name, fault in FAULTS.items():
            async with planter.planted(*fault.changes):
                found[name] = await findings(database)
    assert found == {name: list(fault.findings) for name, fault in FAULTS.items()}
    assert await find_faults(database) == []
    await plant(database_url, *FAULTS["a limit in total owes points"].changes)
    result = await verify(database_url)
    assert (result.exit_code, result.stdout.splitlines()) == (1, list(FAULTS["a limit in total owes points"].findings))
    assert result.stderr.splitlines()[-1] == "Verified 2 ledgers: 1 contradiction."
    # One ECP: its balance is wrong, that of the other is not, and limits are left out.
    await plant(database_url, f"UPDATE points_account SET paid = 1 WHERE ecp = {_FIRST}")
    for code, findings_of_ecp in (("ECP-2026-000001", 1), ("ECP-2026-000002", 0)):
        result = await verify(database_url, "--ecp", code)
        verdict = "1 contradiction" if findings_of_ecp else "everything agrees"
        assert result.exit_code == findings_of_ecp
        assert result.stderr.splitlines() == [
            f"Verifying {code}: part 1 of 1.",
            f"Verified the ledger of {code}: {verdict}.",
        ]
        assert len(result.stdout.splitlines()) == findings_of_ecp


@pytest.mark.parametrize(("seconds", "parts"), [(5, (1, 2, 3)), (2, (1,))])
def test_a_long_verification_says_how_far_it_is(seconds: int, parts: tuple[int, ...]) -> None:
    """R22: without a terminal, which shows a bar, a line at the beginning and every 5 seconds."""
    written = io.StringIO()
    with Progress(console=Console(file=written), transient=True) as progress:
        done = PartsDone(progress, "ECPs", 3, clock=itertools.count(step=seconds).__next__)
        for _ in range(3):
            done.advance()
    lines = [line for line in written.getvalue().splitlines() if line.startswith("Verifying ECPs:")]
    assert lines == [f"Verifying ECPs: part {part} of 3." for part in parts]


FACTS: Final = "SELECT facts FROM valuation WHERE sale = 3 ORDER BY version DESC LIMIT 1"
SET_FACTS: Final = "UPDATE valuation SET facts = '\\x{}' WHERE sale = 3"
SET_STATE: Final = "UPDATE points_account SET state = '\\x{}' WHERE last_source = ''"


@pytest.mark.long
async def test_explanations_must_follow_from_their_facts(
    ledger: VerifiedLedger, world: World, database: Database, database_url: str
) -> None:
    """R22: outcomes of clauses, points of rules, and what an account remembers, each changed alone."""
    connection = await asyncpg.connect(database_url)
    facts = decode_facts(await connection.fetchval(FACTS))
    state = AccountState.decode(await connection.fetchval("SELECT state FROM points_account WHERE last_source = ''"))
    await connection.close()
    decided = f"{LATE} the outcome of a clause, or what it adds to volumes, does not follow from its facts."
    remembered = "the volumes and limits that the account remembers are not those of its lines."
    changes = [
        (SET_FACTS, encode_facts(replace(facts, holds=bytes([facts.holds[0] ^ 1, *facts.holds[1:]]))), [decided]),
        (SET_FACTS, encode_facts(replace(facts, mask=0)), [decided]),
        (SET_FACTS, encode_facts(replace(facts, tier=world.tiers["Silver"].id.bytes)), [decided]),
        (
            SET_FACTS,
            encode_facts(replace(facts, paid=(2, 9))),
            [
                f"{LATE} rule 3 pays 9 points by its facts, and 8 are posted.",
                f"{LATE} it is worth 88 points by its facts and the lines before it, and its valuation says 89.",
                f"{BUDGET} 414 are granted, 99,587 are left, and 0 are owed.",
            ],
        ),
        (
            SET_FACTS,
            encode_facts(replace(facts, activities=(1,))),
            [f"{LATE} it is worth 80 points by its facts and the lines before it, and its valuation says 88."],
        ),
        (
            SET_FACTS,
            encode_facts(replace(facts, quantity=5)),
            [
                f"{LATE} it is valued for 5 units, and counts 4 net of returns.",
                f"{LATE} its base or a rule pays {OTHERWISE}",
                f"sale a of till, line 0: its base or a rule pays {OTHERWISE}",
                remembered,
            ],
        ),
        (
            SET_FACTS,
            b"\xc1",
            [
                (
                    "its lines cannot be valued again (DecodeError: MessagePack data is malformed: invalid "
                    "opcode '\\xc1' (byte 0))."
                ),
                f"{BUDGET} 325 are granted, 99,587 are left, and 0 are owed.",
            ],
        ),
        (SET_STATE, replace(state, volumes=tuple(amount + 1 for amount in state.volumes)).encode(), [remembered]),
        (SET_STATE, replace(state, usages=tuple(amount + 1 for amount in state.usages)).encode(), [remembered]),
    ]
    found = []
    async with Planter.opened(database_url) as planter:
        for change, value, _ in changes:
            async with planter.planted(change.format(value.hex())):
                found.append(await findings(database))
    assert found == [expected for _, _, expected in changes]


@pytest.mark.long
async def test_facts_of_the_first_form_are_verified(
    ledger: VerifiedLedger, database: Database, database_url: str
) -> None:
    """R22: they say the same; a fault among them is found as well."""
    del ledger
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch("SELECT ecp, sold_at, sale, position, version, facts FROM valuation")
    await connection.close()
    changes = [
        f"UPDATE valuation SET facts = '\\x{first_form(decode_facts(row['facts'])).hex()}' WHERE ecp = {row['ecp']} "
        f"AND sold_at = '{row['sold_at'].isoformat()}' AND (sale, position) = ({row['sale']}, {row['position']}) "
        f"AND version = {row['version']}"
        for row in rows
    ]
    (late,) = [decode_facts(row["facts"]) for row in rows if row["sale"] == 3]
    wrong = SET_FACTS.format(first_form(replace(late, mask=0)).hex())
    async with Planter.opened(database_url) as planter:
        async with planter.planted(*changes):
            assert await findings(database) == []
        async with planter.planted(*changes, wrong):
            assert await findings(database) == [
                f"{LATE} the outcome of a clause, or what it adds to volumes, does not follow from its facts."
            ]


async def test_an_ecp_that_does_not_exist_is_named(database_url: str, database: Database) -> None:
    del database
    result = await verify(database_url, "--ecp", "ECP-2026-999999")
    assert isinstance(result.exception, VerificationImpossible)
    assert str(result.exception) == "No ECP has the code “ECP-2026-999999”. Give a code like ECP-2026-000123."
    assert result.stdout == ""


async def test_a_database_that_is_not_migrated_is_named(server_url: str) -> None:
    result = await verify(make_url(server_url).set(database="postgres").render_as_string(hide_password=False))
    assert isinstance(result.exception, VerificationImpossible)
    assert str(result.exception) == ("The database is of another version: bring it up to date with “tessera migrate”.")


async def test_a_line_that_came_back_in_full_agrees(
    ledger: VerifiedLedger, clients: Clients, database: Database, database_url: str
) -> None:
    """R20, R22: in a scheme with a rule about volumes; it counts in none of them."""
    del ledger
    till = Till(clients[Role.INTEGRATION])
    at = {"soldAt": (RUNNING - timedelta(days=1)).isoformat()}
    assert await till.outcomes(sale("e", line("AMB-1L", 2), line("AMB-4L", 1), **at)) == ["RECORDED"]
    assert await till.outcomes(returning("back of e", "e", line("AMB-1L", -2), **at)) == ["RECORDED"]
    assert await find_faults(database) == []
