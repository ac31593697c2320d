"""Statements that list and count simulations."""

from functools import cache
from typing import Final

from sqlalchemy import select

from db.counting import OwnerCount, counting, counting_by
from db.keyset import Sort, keyset, keyset_by_owner
from db.simulations.reads import of_visible, simulations
from db.simulations.rows import SimulationRow
from db.simulations.tables import SimulationTable
from db.statement import Statement
from domain.permissions import SchemeScope

NEWEST: Final = Sort(SimulationTable.made_at, descending=True, description="Newest first.")


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
