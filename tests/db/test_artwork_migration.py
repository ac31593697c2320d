"""Schemes and consignments from before artwork wait for it after the migration, as if they had been derived (R16)."""

import asyncio

import pytest

from db.database import Database
from graphql_api.context import Environment
from migrations import run as migrations
from tests.support.application import application_role
from tests.support.clock import TestClock
from tests.support.custody import findings_of
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.secrets import COUPON_KEYS, LINKS
from tests.support.world import build_world


@pytest.mark.long
async def test_what_exists_waits_for_artwork(own_database: tuple[Database, str], clock: TestClock) -> None:
    """R8, R16: drafts, schemes without coupons, and consignments that are ready, canceled, or not there yet."""
    database, url = own_database
    environment = Environment(database=database, clock=clock, coupon_keys=COUPON_KEYS, links=LINKS)
    schemes = SchemeFactory(environment, await build_world(environment))
    consignments = ConsignmentFactory(environment, schemes)
    await schemes.complete()
    await schemes.approved()
    scheme_id = await consignments.generated()
    await consignments.created(scheme_id, quantities={"AMB-1L": 500}, approved=False)
    await consignments.created(scheme_id, chain=("PRN-1", "FAC-1"), quantities={"AMB-4L": 500}, approved=False)
    await asyncio.to_thread(migrations.downgrade, url, "0019")
    await asyncio.to_thread(migrations.upgrade, url, application=application_role(url))
    operation = schemes.operation()
    assert await findings_of(operation, operation.now) == []
    await operation.close()
    await consignments.close()
