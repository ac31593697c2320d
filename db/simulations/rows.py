"""Rows of simulations."""

from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.jobs.facts import JobStatus
from domain.simulations.results import SimulationResult, decode_result


class SimulationRow(Struct, frozen=True, dict=True):
    """A simulation with its job, as far as that is kept."""

    id: UUID
    scheme_id: UUID
    live_id: UUID | None
    job_id: UUID
    from_day: date
    to_day: date
    known_at: datetime
    made_at: datetime
    made_by: UUID
    finished_at: datetime | None
    content_json: str
    result_json: str | None
    job_status: str | None
    job_error: str | None
    job_done: int | None
    job_total: int | None

    @property
    def status(self) -> str:
        """How far it is: that of its job, and failed if the job is gone without a result."""
        if self.result_json is not None:
            return JobStatus.SUCCEEDED.value
        return self.job_status or JobStatus.FAILED.value

    @cached_property
    def result(self) -> SimulationResult | None:
        """What came of it; None until everything is replayed."""
        return None if self.result_json is None else decode_result(self.result_json)


class NewSimulation(Struct, frozen=True):
    """A simulation before its job runs; the fields are the columns."""

    id: UUID
    scheme_id: UUID
    live_id: UUID | None
    job_id: UUID
    content: object
    from_day: date
    to_day: date
    known_at: datetime
    made_at: datetime
    made_by: UUID


class SimulatedEcpRow(Struct, frozen=True):
    """An ECP who gains or loses in a simulation."""

    id: UUID
    simulation_id: UUID
    ecp_id: UUID
    points: int
    live_points: int
    change: int


class LinesOfEcpRow(NamedTuple):
    """How many lines an ECP has in a period."""

    ecp: int
    lines: int


class SupersededRow(NamedTuple):
    """A revision of a sale that another one replaced, and the ECP that had it."""

    sale: int
    revision: int
    at: datetime
    ecp: int


class EcpOfPieceRow(NamedTuple):
    """An ECP with lines in a period."""

    id: UUID
    number: int


class BoundaryRow(NamedTuple):
    """A moment at which something about an ECP changed, by the ECP's number."""

    ecp: int
    at: datetime


class ExampleSourceRow(NamedTuple):
    """Where a line came from: a line of a sale in its newest revision, or a coupon; without either it is gone."""

    sale: int
    position: int
    sku: str
    product_id: UUID
    variant_id: UUID
    quantity: int
    is_coupon: bool
