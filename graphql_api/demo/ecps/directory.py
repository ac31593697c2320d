"""The ECPs of the demo data while it loads: their ids and codes, once they have them."""

from uuid import UUID

from msgspec import Struct, field

from domain.permissions import Role
from domain.viewers import Viewer
from graphql_api.demo.ecps.ecp_plan import EcpPlan


class LoadedEcp(Struct):
    """An ECP with an account and, after registration, an id and a code."""

    plan: EcpPlan
    account_id: UUID
    ecp_id: UUID | None = None
    code: str = ""

    @property
    def viewer(self) -> Viewer:
        """The ECP, signed in."""
        details = self.plan.details
        return Viewer(
            account_id=self.account_id,
            display_name=details.display_name,
            email=details.email,
            roles=frozenset({Role.ECP}),
            ecp_id=self.ecp_id,
        )

    @property
    def id(self) -> UUID:
        """The id of the ECP. Raises ValueError before registration."""
        if self.ecp_id is None:
            raise ValueError(f"{self.plan.details.display_name} has not registered yet")
        return self.ecp_id


class Directory(Struct, frozen=True):
    """The ECPs that have an account so far, by plan."""

    ecps: dict[EcpPlan, LoadedEcp] = field(default_factory=dict)
