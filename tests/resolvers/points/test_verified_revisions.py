"""`tessera ledger verify` finds nothing after a revision asks for further volumes (R22)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from db.database import Database
from domain.rules.model import BonusRule, FlatPoints, PointsPerUnit, VolumeClause, VolumeMeasure, VolumePeriod
from resolvers.schemes.save_scheme_bonus_rules import RuleDraft, SaveSchemeBonusRules, save_scheme_bonus_rules
from tests.resolvers.points.conftest import MakeScheme
from tests.support.clock import TestClock
from tests.support.factories.revisions import RevisionFactory
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.ledger_rows import LedgerRows
from tests.support.ledger_verification import find_faults
from tests.support.world import key

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
REGULARS = BonusRule(
    id=key("rule 1"),
    name="Regulars",
    condition=VolumeClause(VolumeMeasure.UNITS, VolumePeriod.MONTH, 6),
    reward=PointsPerUnit(1),
)
SPENDERS = replace(
    REGULARS,
    id=key("rule 2"),
    name="Spenders",
    condition=VolumeClause(VolumeMeasure.VALUE, VolumePeriod.MONTH, 500),
    reward=FlatPoints(5),
)


async def test_lines_that_are_older_than_a_volume_agree(  # noqa: PLR0913, PLR0917 - fixtures
    desk: LedgerDesk,
    make_scheme: MakeScheme,
    ecp_id: UUID,
    rows: LedgerRows,
    revisions: RevisionFactory,
    clock: TestClock,
    database: Database,
) -> None:
    """R21, R22: they count in the volume without being valued again; a line that came back counts in none."""
    scheme_id = await make_scheme(REGULARS, ecp_ids=(ecp_id,))
    clock.now = MAY + timedelta(days=15)
    for hour, name in enumerate("abc"):
        await desk.sell(ecp_id, name, MAY + hour * HOUR, Line("AMB-1L", 2))
    await desk.give_back("b", "AMB-1L", 2, "back of b")
    assert await find_faults(database) == []
    await _add_rule(revisions, scheme_id, clock.now + HOUR)
    clock.now += 2 * HOUR
    assert await find_faults(database) == []
    # Before d are 400, before the late sale and e are 600 and 700.
    await desk.sell(ecp_id, "d", clock.now, Line("AMB-1L", 2))
    await desk.sell(ecp_id, "e", clock.now + 2 * HOUR, Line("AMB-1L", 2))
    posting = await desk.sell(ecp_id, "late d", clock.now + HOUR, Line("AMB-1L", 1))
    assert [[line.bonus for line in one.lines] for one in posting.sales.values()] == [[1 + 5]]
    assert await find_faults(database) == []
    # The line that came back meets the clause of the first rule now, so that it is valued again.
    await desk.sell(ecp_id, "late", MAY - HOUR, Line("AMB-1L", 4))
    assert [row[:3] for row in await rows.valuations() if row[0] == desk.sales["b"].number][-1][2] == 3
    assert await find_faults(database) == []
    await rows.check()


async def _add_rule(revisions: RevisionFactory, scheme_id: UUID, at: datetime) -> None:
    """Approve a revision that adds the second rule."""
    revision_id = await revisions.opened(scheme_id, at)
    definition = await revisions.schemes.definition(revision_id)
    (known,) = definition.content.rules
    version = list(definition.sections.values())[-1].version
    command = SaveSchemeBonusRules(revision_id, version, (RuleDraft(known.id, REGULARS), RuleDraft(None, SPENDERS)))
    await save_scheme_bonus_rules(revisions.schemes.operation(), command)
    await revisions.schemes.approved(revision_id)
