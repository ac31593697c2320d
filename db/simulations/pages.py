"""Statements that list and count simulations."""

from functools import cache
from typing import Final

from sqlalchemy import select

from db.columns import columns
from db.counting import OwnerCount, counting, counting_by
from db.ecps.tables import EcpTable
from db.keyset import Sort, keyset, keyset_by_owner
from db.simulations.reads import of_visible, simulations
from db.simulations.rows import SimulatedEcpRow, SimulationRow
from db.simulations.tables import SimulationEcpTable, SimulationTable
from db.statement import Statement
from domain.viewers import SchemeScope

NEWEST: Final = Sort(SimulationTable.made_at, descending=True, description="Newest first.")
GAINS_MOST: Final = Sort(SimulationEcpTable.change, descending=True, description="The largest gain first.")
LOSES_MOST: Final = Sort(SimulationEcpTable.change, description="The largest loss first.")


@cache
def simulation_page(scope: SchemeScope, *, backward: bool, resumed: bool) -> Statement[SimulationRow]:
    """A page of the simulations whose schemes the viewer sees."""
    query = of_visible(simulations(), scope)
    return Statement(keyset(query, NEWEST, backward=backward, resumed=resumed), SimulationRow)


@cache
def simulation_count(scope: SchemeScope) -> Statement[int]:
    """How many there are."""
    return counting(of_visible(select(SimulationTable.id).select_from(SimulationTable), scope))


@cache
def simulations_by_scheme(*, resumed: bool) -> Statement[SimulationRow]:
    """A page of the simulations of each of the schemes in the parameter `ids`, newest first."""
    return Statement(keyset_by_owner(simulations(), SimulationTable.scheme_id, NEWEST, resumed=resumed), SimulationRow)


COUNTS_BY_SCHEME: Final[Statement[OwnerCount]] = counting_by(SimulationTable.scheme_id)

_GAINS: Final = SimulationEcpTable.change > 0
_LOSES: Final = SimulationEcpTable.change < 0


@cache
def ecps_by_simulation(sort: Sort, *, resumed: bool) -> Statement[SimulatedEcpRow]:
    """A page of the ECPs who gain, or of those who lose, of each of the simulations in the parameter `ids`."""
    query = select(*columns(SimulationEcpTable, SimulatedEcpRow, ecp_id=EcpTable.id))
    query = query.select_from(SimulationEcpTable).join(EcpTable, EcpTable.number == SimulationEcpTable.ecp)
    query = query.where(_GAINS if sort.descending else _LOSES)
    paged = keyset_by_owner(query, SimulationEcpTable.simulation_id, sort, resumed=resumed)
    return Statement(paged, SimulatedEcpRow)


@cache
def ecp_counts_by_simulation(sort: Sort) -> Statement[OwnerCount]:
    """How many gain, or lose."""
    return counting_by(SimulationEcpTable.simulation_id, _GAINS if sort.descending else _LOSES)
