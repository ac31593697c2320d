"""Inputs of simulations."""

from datetime import date

import strawberry

from domain.node_kinds import NodeKind
from resolvers.simulations.simulate_scheme import SimulateScheme
from schema.fields import leaf
from schema.ids import input_id


@strawberry.input(description="A scheme or a draft, and the period whose sales are replayed through it.")
class SimulateSchemeInput:
    scheme_id: strawberry.ID = leaf(
        "The ID of a draft, of an open revision, or of an approved scheme. It is simulated as it is defined now."
    )
    from_: date = leaf("The first day of the period, in the time zone of the program.", name="from")
    to: date = leaf("The last day of the period, which is included; at most 366 days.")

    def to_command(self) -> SimulateScheme:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return SimulateScheme(
            scheme_id=input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"), first=self.from_, last=self.to
        )
