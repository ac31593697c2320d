"""Roles and permissions: the table of what each role may do, as data."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


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


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """The union of the permissions of `roles`; empty for no roles."""
    return frozenset[Permission]().union(*(GRANTS[role] for role in roles))


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """The roles that grant `permission`, in the order of `GRANTS`."""
    return tuple(role for role, granted in GRANTS.items() if permission in granted)


def is_granted_to_everyone(permission: Permission) -> bool:
    """Whether every role grants `permission`."""
    return len(roles_with(permission)) == len(GRANTS)
