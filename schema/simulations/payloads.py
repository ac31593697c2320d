"""Payloads of simulations."""

import strawberry

from resolvers.simulations.loaders import simulations_by_id
from schema.fields import batched
from schema.payloads import KeyedPayload
from schema.simulations.types import Simulation


@strawberry.type(description="The result of `simulateScheme`.")
class SimulateSchemePayload(KeyedPayload):
    simulation: Simulation | None = batched(
        simulations_by_id, key="key", description="The simulation, which a job replays. Null if there are errors."
    )
