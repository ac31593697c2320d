"""Roles and permissions: the table of what each role may do, as data, and the schemes and ECPs that roles can see."""

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType
from uuid import UUID

from msgspec import Struct


class Role(StrEnum):
    """The role of an account in the program. An account may have several; their permissions add up."""

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
        """The role as a title: “Program manager”."""
        return ROLE_LABELS[self]

    @property
    def noun(self) -> str:
        """The role within a sentence: “program manager”, “ECP”."""
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
    """A permission that roles grant, written `scope:action`."""

    VIEWER_READ = "viewer:read"
    PROGRAM_MANAGE = "program:manage"
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
    SCHEME_SIMULATE = "scheme:simulate"
    COUPON_READ = "coupon:read"
    COUPON_GENERATE = "coupon:generate"
    COUPON_VOID = "coupon:void"
    COUPON_REDEEM = "coupon:redeem"
    CODES_DOWNLOAD = "codes:download"
    CONSIGNMENT_READ = "consignment:read"
    CONSIGNMENT_MANAGE = "consignment:manage"
    ARTWORK_READ = "artwork:read"
    ARTWORK_UPLOAD = "artwork:upload"
    ARTWORK_REVIEW = "artwork:review"
    CUSTODY_RECORD = "custody:record"
    DISCREPANCY_RESOLVE = "discrepancy:resolve"
    FILE_UPLOAD = "file:upload"
    AUDIT_READ = "audit:read"
    WORK_READ = "work:read"
    NOTIFICATION_READ = "notification:read"
    EVENT_READ = "event:read"
    WEBHOOK_MANAGE = "webhook:manage"
    JOB_READ = "job:read"
    JOB_MANAGE = "job:manage"
    ECP_READ = "ecp:read"
    ECP_REGISTER = "ecp:register"
    ECP_UPDATE = "ecp:update"
    ECP_MANAGE = "ecp:manage"
    ECP_ERASE = "ecp:erase"
    ENROLLMENT_REQUEST = "enrollment:request"
    ENROLLMENT_MANAGE = "enrollment:manage"
    ACTIVITY_RECORD = "activity:record"
    POINTS_ADJUST = "points:adjust"
    POINTS_SETTLE = "points:settle"
    SETTLEMENT_READ = "settlement:read"
    SETTLEMENT_APPROVE = "settlement:approve"
    PAYOUT_RECORD = "payout:record"
    LEDGER_READ = "ledger:read"
    POINTS_PREVIEW = "points:preview"
    SALE_READ = "sale:read"
    SALE_RECORD = "sale:record"
    SALE_IMPORT = "sale:import"
    SALE_REPAIR = "sale:repair"
    SALE_SOURCE_MANAGE = "sale_source:manage"


# Every role may call these lists. The scope of the viewer decides which rows they contain.
_EVERYONE = frozenset(
    {
        Permission.VIEWER_READ,
        Permission.CATALOG_READ,
        Permission.SCHEME_READ,
        Permission.WORK_READ,
        Permission.NOTIFICATION_READ,
        Permission.EVENT_READ,
        Permission.JOB_READ,
    }
)
# Staff follow how a scheme is defined and what it may cost. ECPs and vendors only take part in schemes.
_STAFF = _EVERYONE | {
    Permission.VENDOR_READ,
    Permission.SCHEME_FOLLOW,
    Permission.CONSIGNMENT_READ,
    Permission.COUPON_READ,
    Permission.ARTWORK_READ,
}

GRANTS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ADMIN: _STAFF
        | {
            Permission.PROGRAM_MANAGE,
            Permission.CATALOG_MANAGE,
            Permission.VENDOR_MANAGE,
            Permission.ACCOUNT_READ,
            Permission.ACCOUNT_MANAGE,
            Permission.API_KEY_MANAGE,
            Permission.WEBHOOK_MANAGE,
            Permission.ECP_READ,
            Permission.ECP_ERASE,
            Permission.LEDGER_READ,
            Permission.SETTLEMENT_READ,
            Permission.AUDIT_READ,
            Permission.JOB_MANAGE,
            Permission.FILE_UPLOAD,
            Permission.SALE_READ,
            Permission.SALE_REPAIR,
            Permission.SALE_SOURCE_MANAGE,
        },
        Role.PROGRAM_MANAGER: _STAFF
        | {
            Permission.SCHEME_DEFINE,
            Permission.SCHEME_SIMULATE,
            Permission.FILE_UPLOAD,
            Permission.ECP_READ,
            Permission.ECP_UPDATE,
            Permission.ECP_MANAGE,
            Permission.ECP_ERASE,
            Permission.ENROLLMENT_REQUEST,
            Permission.ENROLLMENT_MANAGE,
            Permission.POINTS_ADJUST,
            Permission.POINTS_SETTLE,
            Permission.SETTLEMENT_READ,
            Permission.PAYOUT_RECORD,
            Permission.LEDGER_READ,
            Permission.POINTS_PREVIEW,
            Permission.SALE_READ,
            Permission.SALE_IMPORT,
            Permission.SALE_REPAIR,
        },
        Role.APPROVER: _STAFF
        | {
            Permission.SCHEME_APPROVE,
            Permission.SCHEME_SIMULATE,
            Permission.SETTLEMENT_READ,
            Permission.SETTLEMENT_APPROVE,
        },
        Role.OPERATIONS: _STAFF
        | {
            Permission.COUPON_GENERATE,
            Permission.COUPON_VOID,
            Permission.CODES_DOWNLOAD,
            Permission.CONSIGNMENT_MANAGE,
            Permission.DISCREPANCY_RESOLVE,
        },
        Role.DESIGNER: _STAFF | {Permission.ARTWORK_UPLOAD, Permission.FILE_UPLOAD},
        Role.ANALYST: _STAFF
        | {Permission.ECP_READ, Permission.LEDGER_READ, Permission.SETTLEMENT_READ, Permission.SALE_READ},
        Role.VENDOR: _EVERYONE
        | {
            Permission.CONSIGNMENT_READ,
            Permission.COUPON_READ,
            Permission.ARTWORK_READ,
            Permission.ARTWORK_REVIEW,
            Permission.CODES_DOWNLOAD,
            Permission.CUSTODY_RECORD,
        },
        Role.ECP: _EVERYONE
        | {
            Permission.COUPON_READ,
            Permission.COUPON_REDEEM,
            Permission.ECP_REGISTER,
            Permission.ECP_UPDATE,
            Permission.ENROLLMENT_REQUEST,
            Permission.LEDGER_READ,
            Permission.SALE_READ,
        },
        Role.INTEGRATION: _EVERYONE
        | {
            Permission.ACTIVITY_RECORD,
            Permission.SALE_READ,
            Permission.SALE_RECORD,
            Permission.SETTLEMENT_READ,
            Permission.PAYOUT_RECORD,
            Permission.FILE_UPLOAD,
            Permission.SALE_IMPORT,
        },
    }
)


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


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """The union of the permissions of `roles`; empty for no roles."""
    return frozenset[Permission]().union(*(GRANTS[role] for role in roles))


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """The roles that grant `permission`, in the order of `GRANTS`."""
    return tuple(role for role, granted in GRANTS.items() if permission in granted)


def is_granted_to_everyone(permission: Permission) -> bool:
    """Whether every role grants `permission`."""
    return len(roles_with(permission)) == len(GRANTS)
