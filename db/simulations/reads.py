"""Statements that read simulations."""

from functools import cache
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Text, any_, case, cast, select
from sqlalchemy.orm import aliased

from db.columns import columns
from db.jobs.tables import JobTable
from db.schemes.reads import visible
from db.schemes.tables import SchemeTable
from db.simulations.rows import SimulationRow
from db.simulations.tables import SimulationPieceTable, SimulationTable
from db.statement import Query, Statement, number, uuid, uuids
from domain.viewers import SchemeScope


class PieceTotalsRow(NamedTuple):
    """The totals of a piece."""

    number: int
    totals: bytes


class LiveSchemeRow(NamedTuple):
    """The number of a scheme, by which the ledger names it."""

    id: UUID
    number: int


def simulations() -> Query:
    """Simulations with their jobs."""
    named = columns(
        SimulationTable,
        SimulationRow,
        content_json=cast(SimulationTable.content, Text),
        result_json=cast(SimulationTable.result, Text),
        job_status=JobTable.status,
        job_error=JobTable.error,
        job_done=JobTable.done,
        job_total=JobTable.total,
    )
    return select(*named).select_from(SimulationTable).outerjoin(JobTable, JobTable.id == SimulationTable.job_id)


def of_visible(query: Query, scope: SchemeScope) -> Query:
    """Keep the simulations whose scheme the viewer sees; that of an applied revision is the scheme that it revised."""
    asked = aliased(SchemeTable, name="asked")
    place = case((asked.applied_at.is_not(None), asked.revises), else_=asked.id)
    joined = query.join(asked, asked.id == SimulationTable.scheme_id).join(SchemeTable, SchemeTable.id == place)
    return joined.where(visible(scope))


@cache
def simulations_by_id(scope: SchemeScope) -> Statement[SimulationRow]:
    """The simulations of the parameter `ids` whose scheme the viewer sees."""
    query = simulations().where(SimulationTable.id == any_(uuids("ids")))
    return Statement(of_visible(query, scope), SimulationRow)


SIMULATION_TO_REPLAY: Final = Statement(simulations().where(SimulationTable.id == uuid("id")), SimulationRow)
PIECES: Final = Statement(
    select(*columns(SimulationPieceTable, PieceTotalsRow))
    .where(SimulationPieceTable.simulation_id == uuid("simulation_id"), SimulationPieceTable.number > number("after"))
    .order_by(SimulationPieceTable.number),
    PieceTotalsRow,
)
LIVE_SCHEME: Final = Statement(
    select(*columns(SchemeTable, LiveSchemeRow)).where(SchemeTable.id == uuid("id")), LiveSchemeRow
)
