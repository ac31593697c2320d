"""Who may do what: the table of roles and permissions, as data, and the schemes that roles let somebody see."""

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType
from uuid import UUID

from msgspec import Struct


class Role(StrEnum):
    """What an account is in the program. An account may hold several; each widens what it may do."""

    ADMIN = "ADMIN"
    PROGRAM_MANAGER = "PROGRAM_MANAGER"
    APPROVER = "APPROVER"
    OPERATIONS = "OPERATIONS"
    DESIGNER = "DESIGNER"
    VENDOR = "VENDOR"
    ECP = "ECP"
    ANALYST = "ANALYST"
    INTEGRATION = "INTEGRATION"

    @property
    def label(self) -> str:
        """The role as people write it: "Program manager"."""
        return ROLE_LABELS[self]

    @property
    def noun(self) -> str:
        """The role within a sentence: "program manager", "ECP"."""
        return self.label if self.label.isupper() else self.label.lower()


ROLE_LABELS: Mapping["Role", str] = MappingProxyType(
    {
        Role.ADMIN: "Administrator",
        Role.PROGRAM_MANAGER: "Program manager",
        Role.APPROVER: "Approver",
        Role.OPERATIONS: "Operations",
        Role.DESIGNER: "Designer",
        Role.VENDOR: "Vendor",
        Role.ECP: "ECP",
        Role.ANALYST: "Analyst",
        Role.INTEGRATION: "Connected system",
    }
)


class Permission(StrEnum):
    """A thing that a role may allow, written `scope:action`."""

    VIEWER_READ = "viewer:read"
    CATALOG_READ = "catalog:read"
    CATALOG_MANAGE = "catalog:manage"
    VENDOR_READ = "vendor:read"
    VENDOR_MANAGE = "vendor:manage"
    ACCOUNT_READ = "account:read"
    ACCOUNT_MANAGE = "account:manage"
    API_KEY_MANAGE = "api_key:manage"
    SCHEME_READ = "scheme:read"
    SCHEME_FOLLOW = "scheme:follow"
    SCHEME_DEFINE = "scheme:define"
    SCHEME_APPROVE = "scheme:approve"
    WORK_READ = "work:read"
    NOTIFICATION_READ = "notification:read"
    EVENT_READ = "event:read"
    WEBHOOK_MANAGE = "webhook:manage"
    ECP_READ = "ecp:read"
    ECP_REGISTER = "ecp:register"
    ECP_UPDATE = "ecp:update"
    ECP_MANAGE = "ecp:manage"
    ECP_ERASE = "ecp:erase"
    ENROLLMENT_REQUEST = "enrollment:request"
    ENROLLMENT_MANAGE = "enrollment:manage"
    ACTIVITY_RECORD = "activity:record"
    POINTS_PREVIEW = "points:preview"


# Lists that are promised to everybody answer everybody: what somebody sees in them is the matter of their scope.
_EVERYONE = frozenset(
    {
        Permission.VIEWER_READ,
        Permission.CATALOG_READ,
        Permission.SCHEME_READ,
        Permission.WORK_READ,
        Permission.NOTIFICATION_READ,
        Permission.EVENT_READ,
    }
)
# How a scheme comes about and what it may cost is the business of those who work on schemes, not of who takes part.
_STAFF = _EVERYONE | {Permission.VENDOR_READ, Permission.SCHEME_FOLLOW}

GRANTS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ADMIN: _STAFF
        | {
            Permission.CATALOG_MANAGE,
            Permission.VENDOR_MANAGE,
            Permission.ACCOUNT_READ,
            Permission.ACCOUNT_MANAGE,
            Permission.API_KEY_MANAGE,
            Permission.WEBHOOK_MANAGE,
            Permission.ECP_READ,
            Permission.ECP_ERASE,
        },
        Role.PROGRAM_MANAGER: _STAFF
        | {
            Permission.SCHEME_DEFINE,
            Permission.ECP_READ,
            Permission.ECP_UPDATE,
            Permission.ECP_MANAGE,
            Permission.ECP_ERASE,
            Permission.ENROLLMENT_REQUEST,
            Permission.ENROLLMENT_MANAGE,
            Permission.POINTS_PREVIEW,
        },
        Role.APPROVER: _STAFF | {Permission.SCHEME_APPROVE},
        Role.OPERATIONS: _STAFF,
        Role.DESIGNER: _STAFF,
        Role.ANALYST: _STAFF | {Permission.ECP_READ},
        Role.VENDOR: _EVERYONE,
        Role.ECP: _EVERYONE | {Permission.ECP_REGISTER, Permission.ECP_UPDATE, Permission.ENROLLMENT_REQUEST},
        Role.INTEGRATION: _EVERYONE | {Permission.ACTIVITY_RECORD},
    }
)


class SchemeScope(IntEnum):
    """Which schemes somebody sees; each scope contains the ones before it, so the widest of several roles wins."""

    NONE = 0
    APPROVED = 1
    SUBMITTED = 2
    ALL = 3


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
    """Which ECPs somebody sees, or sees the contact data of; each scope contains the ones before it."""

    NONE = 0
    OWN = 1
    ALL = 2


class Viewer(Struct, frozen=True):
    """Who asks: the account behind the token or API key, with the roles that the database holds right now."""

    account_id: UUID
    display_name: str
    email: str | None
    roles: frozenset[Role]
    vendor_id: UUID | None = None
    ecp_id: UUID | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything that any of the viewer's roles allows."""
        return permissions_of(self.roles)

    @property
    def scheme_scope(self) -> SchemeScope:
        """The widest set of schemes that any of the viewer's roles shows."""
        return max((_SCHEME_SCOPES.get(role, SchemeScope.NONE) for role in self.roles), default=SchemeScope.NONE)

    @property
    def ecp_scope(self) -> EcpScope:
        """The ECPs that the viewer sees: all with `ecp:read`; an ECP itself."""
        return self._ecps_by(Permission.ECP_READ)

    @property
    def contact_scope(self) -> EcpScope:
        """The ECPs whose contact data the viewer sees: all with `ecp:manage`; an ECP its own."""
        return self._ecps_by(Permission.ECP_MANAGE)

    def may(self, permission: Permission) -> bool:
        """Whether one of the viewer's roles allows `permission`."""
        return any(permission in GRANTS[role] for role in self.roles)

    def _ecps_by(self, permission: Permission) -> EcpScope:
        if self.may(permission):
            return EcpScope.ALL
        return EcpScope.OWN if Role.ECP in self.roles and self.ecp_id is not None else EcpScope.NONE


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """The union of what `roles` allow; empty for no roles."""
    return frozenset[Permission]().union(*(GRANTS[role] for role in roles))


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """The roles that allow `permission`, in the order of the table."""
    return tuple(role for role, granted in GRANTS.items() if permission in granted)
