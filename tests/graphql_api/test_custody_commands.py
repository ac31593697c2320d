"""`tessera custody verify` on a database with coupons on their way (N3)."""

import asyncio
import contextlib
import re

from sqlalchemy import make_url
from typer.testing import CliRunner, Result

from graphql_api.custody_commands import custody_commands
from graphql_api.verification import VerificationImpossible
from tests.support.application import application_url
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.queries import execute
from tests.support.unchanged import nothing_changes

NUMBER = re.compile("BAT-2026-[0-9]+")


async def verify(url: str) -> Result:
    """Run the command against a database; it may run its own event loop."""
    commands = custody_commands(lambda: contextlib.nullcontext(url))
    return await asyncio.to_thread(lambda: CliRunner().invoke(commands, ["verify"]))


async def test_custody_is_verified_without_changing_it(consignments: ConsignmentFactory, database_url: str) -> None:
    """As the application, which may read everything that it needs."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    await consignments.dispatch(made, quantity=500)
    async with nothing_changes(database_url):
        result = await verify(application_url(database_url))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[-1] == "Verified 1 consignment and 1 scheme: everything agrees."


async def test_a_wrong_recipient_is_reported(consignments: ConsignmentFactory, database_url: str) -> None:
    """No guard rejects it: every coupon is somewhere, once."""
    made = await consignments.created(chain=("PRN-1", "FAC-1"))
    await consignments.produce(made, quantity=1000)
    for _ in range(2):
        await consignments.dispatch(made, quantity=500)
    batches = "place_id = (SELECT {}(id) FROM custody_place WHERE batch_id IS NOT NULL)"
    swap = f"""BEGIN;
    UPDATE custody SET spans = spans - '{{[0,10)}}' WHERE {batches.format("min")};
    UPDATE custody SET spans = spans + '{{[0,10)}}' WHERE {batches.format("max")};
    COMMIT"""
    await asyncio.to_thread(execute, database_url, swap)
    async with nothing_changes(database_url):
        result = await verify(application_url(database_url))
    assert result.exit_code == 1
    assert NUMBER.sub("#", result.stdout).splitlines() == [
        "CON-2026-000001, AMB-1L: good coupons in #: the serials 0 to 9 should be here by the movements, and are not.",
        "CON-2026-000001, AMB-1L: good coupons in #: the serials 0 to 9 are here, and no movement brought them.",
    ]
    assert result.stderr.splitlines()[-1] == "Verified 1 consignment and 1 scheme: 2 contradictions."


async def test_a_database_that_is_not_migrated_is_named(server_url: str) -> None:
    result = await verify(make_url(server_url).set(database="postgres").render_as_string(hide_password=False))
    assert isinstance(result.exception, VerificationImpossible)
    assert str(result.exception) == ("The database is of another version: bring it up to date with “tessera migrate”.")
