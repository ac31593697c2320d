"""What superseded artwork holds follows from what was printed and from where that is; the rest is found (R16, N3)."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from db.database import Database
from domain.permissions import Role
from domain.spans import Span
from tests.resolvers.consignments.test_verify import NOW, plant
from tests.support.artwork_desk import Upload, upload
from tests.support.custody import discrepancies_of, findings_of
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.world import key

HOLD = "WHERE kind = 'ARTWORK_SUPERSEDED'"
DOUBLE = f"""
INSERT INTO discrepancy (
    id, kind, consignment_id, line_id, vendor_id, artwork_version, spans, open_spans, opened_at
) SELECT gen_random_uuid(), kind, consignment_id, line_id, vendor_id, artwork_version, '{{[60,61)}}',
    '{{[60,61)}}', now()
FROM discrepancy {HOLD}
"""
FAULTS: dict[str, tuple[list[str], list[str]]] = {
    "a discrepancy forgets a serial": (
        [f"UPDATE discrepancy SET open_spans = open_spans - '{{[50,51)}}', spans = spans - '{{[50,51)}}' {HOLD}"],
        [": AMB-1L: the serial 50 is not held although it carries superseded artwork."],
    ),
    "a serial with the current version is held": (
        [f"UPDATE discrepancy SET open_spans = open_spans + '{{[100,103)}}', spans = spans + '{{[100,103)}}' {HOLD}"],
        [": AMB-1L: the serials 100 to 102 are held although they carry no older version of the artwork."],
    ),
    "a commissioned serial is held": (
        [f"UPDATE discrepancy SET open_spans = open_spans + '{{[5,6)}}' {HOLD}"],
        [": AMB-1L: the serial 5 is held although it is neither good nor unresolved."],
    ),
    "a serial is held twice": (
        [DOUBLE],
        [": AMB-1L: the serial 60 is held by two discrepancies."],
    ),
    "a version was printed that does not exist": (
        [
            "ALTER TABLE movement DISABLE TRIGGER USER",
            "UPDATE movement SET artwork_version = 7 WHERE artwork_version = 2",
        ],
        [": AMB-1L: movement # printed a version of the artwork that does not exist."],
    ),
}


@pytest.fixture
async def connection(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> AsyncIterator[Any]:
    """Serials 0 to 99 carry version 1: 0 to 9 are accepted, and commissioned; 100 to 109 carry version 2."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, chain=("PRN-1",))
    await consignments.produce(made, quantity=100)
    designer = consignments.schemes.operation(Role.DESIGNER)
    await upload(designer, Upload(scheme_id, consignments.variant(), (key("vendor PRN-1"),)))
    await designer.close()
    await consignments.produce(made, quantity=10)
    ((held, *_),) = await discrepancies_of(database, made)
    await corrections.resolve(held, accepted=(Span(0, 9),))
    await consignments.commission(made, Span(0, 9), by="PRN-1")
    opened = await asyncpg.connect(database_url)
    try:
        yield opened
    finally:
        await opened.close()


async def test_wrong_holds_are_found(connection: Any, database: Database) -> None:
    async with database.snapshot() as snapshot:
        assert await findings_of(snapshot, NOW) == []
    found = {fault: await plant(connection, statements, guarded=True) for fault, (statements, _) in FAULTS.items()}
    assert found == {fault: findings for fault, (_, findings) in FAULTS.items()}
