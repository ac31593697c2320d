"""The ECPs of the demo data in the course of loading: their ids and codes, once they have them."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct, field

from domain.permissions import Role, Viewer
from graphql_api.demo.joining import EnrollmentPlan
from graphql_api.demo.members import MemberPlan
from graphql_api.demo.telling import Telling


class Member(Struct):
    """An ECP who has an account, and since registering a code too."""

    plan: MemberPlan
    account_id: UUID
    ecp_id: UUID | None = None
    code: str = ""

    @property
    def viewer(self) -> Viewer:
        """Who signs in."""
        details = self.plan.details
        return Viewer(self.account_id, details.display_name, details.email, frozenset({Role.ECP}), ecp_id=self.ecp_id)

    @property
    def id(self) -> UUID:
        """The id of the ECP. Raises ValueError before the registration."""
        if self.ecp_id is None:
            raise ValueError(f"{self.plan.details.display_name} has not registered yet")
        return self.ecp_id


class Community(Struct, frozen=True):
    """Everybody who is known so far, by plan, the schemes that they take part in, by title, and late requests to."""

    schemes: Mapping[str, Telling]
    members: dict[MemberPlan, Member] = field(default_factory=dict)
    enrollments: dict[EnrollmentPlan, UUID] = field(default_factory=dict)
