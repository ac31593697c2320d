"""The viewer behind a request, and what a viewer sees of schemes, ECPs, consignments, and settlements."""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from uuid import UUID

from msgspec import Struct

from domain.permissions import GRANTS, Permission, Role, permissions_of


class SchemeScope(IntEnum):
    """The schemes that a viewer sees. Each scope contains those before it, so the widest of several roles applies.

    CHAIN are the schemes with a consignment in whose chain the viewer's vendor takes part; the vendor sees little of
    them.
    """

    NONE = 0
    CHAIN = 1
    APPROVED = 2
    SUBMITTED = 3
    ALL = 4


_SCHEME_SCOPES: Mapping[Role, SchemeScope] = MappingProxyType(
    {
        Role.ADMIN: SchemeScope.ALL,
        Role.PROGRAM_MANAGER: SchemeScope.ALL,
        Role.ANALYST: SchemeScope.ALL,
        Role.APPROVER: SchemeScope.SUBMITTED,
        Role.OPERATIONS: SchemeScope.APPROVED,
        Role.DESIGNER: SchemeScope.APPROVED,
        Role.ECP: SchemeScope.APPROVED,
    }
)


class EcpScope(IntEnum):
    """The ECPs, or contact data of ECPs, that a viewer sees. Each scope contains those before it."""

    NONE = 0
    OWN = 1
    ALL = 2


class ConsignmentScope(IntEnum):
    """The consignments that a viewer sees: a vendor sees those of its chains. Each scope contains those before it."""

    NONE = 0
    OWN = 1
    ALL = 2


class SettlementScope(IntEnum):
    """The settlements and lines that a viewer sees. Each scope contains those before it.

    OWN_LINES are the lines of approved settlements that belong to the viewer as an ECP. APPROVED are the settlements
    that a connected system pays.
    """

    NONE = 0
    OWN_LINES = 1
    APPROVED = 2
    ALL = 3


class Viewer(Struct, frozen=True):
    """The account behind the token or API key of a request, with its current roles from the database."""

    account_id: UUID
    display_name: str
    email: str | None
    roles: frozenset[Role]
    vendor_id: UUID | None = None
    ecp_id: UUID | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """The permissions of all the viewer's roles together."""
        return permissions_of(self.roles)

    @property
    def scheme_scope(self) -> SchemeScope:
        """The widest scheme scope of the viewer's roles."""
        least = SchemeScope.CHAIN if self._works_for_vendor else SchemeScope.NONE
        return max([least, *(_SCHEME_SCOPES.get(role, SchemeScope.NONE) for role in self.roles)])

    @property
    def ecp_scope(self) -> EcpScope:
        """The ECPs that the viewer sees: all with `ecp:read`; an ECP sees itself."""
        return self._ecp_scope_by(Permission.ECP_READ)

    @property
    def contact_scope(self) -> EcpScope:
        """The ECPs whose contact data the viewer sees: all with `ecp:manage`; an ECP sees its own."""
        return self._ecp_scope_by(Permission.ECP_MANAGE)

    @property
    def consignment_scope(self) -> ConsignmentScope:
        """The consignments that the viewer sees: staff see all, a vendor those that it takes part in."""
        if Permission.CONSIGNMENT_READ in permissions_of(self.roles - {Role.VENDOR}):
            return ConsignmentScope.ALL
        return ConsignmentScope.OWN if self._works_for_vendor else ConsignmentScope.NONE

    @property
    def settlement_scope(self) -> SettlementScope:
        """The settlements that the viewer sees: staff see all, connected systems what was approved."""
        if Permission.SETTLEMENT_READ in permissions_of(self.roles - {Role.INTEGRATION}):
            return SettlementScope.ALL
        if self.may(Permission.SETTLEMENT_READ):
            return SettlementScope.APPROVED
        return SettlementScope.OWN_LINES if self.ecp_scope is EcpScope.OWN else SettlementScope.NONE

    def may(self, permission: Permission) -> bool:
        """Whether one of the viewer's roles grants `permission`."""
        return any(permission in GRANTS[role] for role in self.roles)

    @property
    def _works_for_vendor(self) -> bool:
        return Role.VENDOR in self.roles and self.vendor_id is not None

    def _ecp_scope_by(self, permission: Permission) -> EcpScope:
        if self.may(permission):
            return EcpScope.ALL
        return EcpScope.OWN if Role.ECP in self.roles and self.ecp_id is not None else EcpScope.NONE
