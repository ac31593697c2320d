"""The complete table of roles, permissions and visible schemes, written out independently (R25)."""

from itertools import combinations
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.permissions import GRANTS, ROLE_LABELS, Permission, Role, permissions_of, roles_with
from domain.queue_keys import WorkQueueKey
from domain.requests import Forbidden, Unauthenticated
from domain.viewers import ConsignmentScope, EcpScope, SchemeScope, SettlementScope, Viewer
from domain.work.queues import (
    QUEUES,
    AdjustmentQueue,
    ArtworkQueue,
    ArtworkTask,
    BatchQueue,
    ConsignmentQueue,
    DiscrepancyQueue,
    EcpQueue,
    EnrollmentQueue,
    ForbiddenQueue,
    ParkedSaleQueue,
    SchemeQueue,
    SettlementQueue,
    queue_of,
    queues_of,
)

EVERYONE = {"viewer:read", "catalog:read", "scheme:read", "work:read", "notification:read", "event:read", "job:read"}
STAFF = EVERYONE | {"vendor:read", "scheme:follow", "coupon:read", "consignment:read", "artwork:read"}
TABLE = {
    Role.ADMIN: STAFF
    | {
        "program:manage",
        "catalog:manage",
        "vendor:manage",
        "account:read",
        "account:manage",
        "api_key:manage",
        "webhook:manage",
    }
    | {"ecp:read", "ecp:erase", "ledger:read", "audit:read", "job:manage", "file:upload"}
    | {"sale:read", "sale:repair", "sale_source:manage", "settlement:read"},
    Role.PROGRAM_MANAGER: STAFF
    | {"scheme:define", "scheme:simulate", "file:upload", "ecp:read", "ecp:update", "ecp:manage", "ecp:erase"}
    | {"enrollment:request", "enrollment:manage", "ledger:read", "points:adjust", "points:preview"}
    | {"sale:read", "sale:import", "sale:repair", "points:settle", "settlement:read", "payout:record"},
    Role.APPROVER: STAFF | {"scheme:approve", "scheme:simulate", "settlement:read", "settlement:approve"},
    Role.OPERATIONS: STAFF
    | {"coupon:generate", "coupon:void", "codes:download", "consignment:manage", "discrepancy:resolve"},
    Role.DESIGNER: STAFF | {"artwork:upload", "file:upload"},
    Role.ANALYST: STAFF | {"ecp:read", "ledger:read", "sale:read", "settlement:read"},
    Role.VENDOR: EVERYONE
    | {"coupon:read", "codes:download", "consignment:read", "custody:record", "artwork:read", "artwork:review"},
    Role.ECP: EVERYONE
    | {"coupon:read", "coupon:redeem", "ecp:register", "ecp:update", "enrollment:request", "ledger:read"}
    | {"sale:read"},
    Role.INTEGRATION: EVERYONE
    | {"activity:record", "file:upload", "sale:read", "sale:record", "sale:import", "settlement:read", "payout:record"},
}
SCOPES = {
    Role.ADMIN: SchemeScope.ALL,
    Role.PROGRAM_MANAGER: SchemeScope.ALL,
    Role.ANALYST: SchemeScope.ALL,
    Role.APPROVER: SchemeScope.SUBMITTED,
    Role.OPERATIONS: SchemeScope.APPROVED,
    Role.DESIGNER: SchemeScope.APPROVED,
    Role.VENDOR: SchemeScope.NONE,
    Role.ECP: SchemeScope.APPROVED,
    Role.INTEGRATION: SchemeScope.NONE,
}
QUEUE_KEYS = {
    Role.PROGRAM_MANAGER: [
        "DRAFTS_TO_COMPLETE",
        "CHANGES_REQUESTED",
        "REVIEW_PENDING",
        "ENROLLMENTS_TO_DECIDE",
        "ECPS_TO_VERIFY",
        "ADJUSTMENTS_TO_DECIDE",
        "PARKED_SALES",
        "SETTLEMENT_PENDING",
    ],
    Role.APPROVER: ["APPROVAL_PENDING", "SETTLEMENTS_TO_APPROVE"],
    Role.OPERATIONS: ["COUPONS_TO_GENERATE", "VENDOR_NOT_ASSIGNED", "PARTLY_ALLOCATED", "DISCREPANCIES"],
    Role.VENDOR: ["ARTWORK_TO_REVIEW", "PRODUCTION_TO_START", "BATCHES_TO_DISPATCH", "BATCHES_TO_RECEIVE"],
    Role.DESIGNER: ["ARTWORK_TO_UPLOAD", "ARTWORK_REVISIONS"],
}

ONE_OF = "Your roles do not allow this. It requires one of the roles"
STAFF_LABELS = "administrator, program manager, approver, operations, designer, analyst"


def viewer(*roles: Role) -> Viewer:
    """A viewer with these roles."""
    return Viewer(account_id=UUID(int=1), display_name="Asha", email=None, roles=frozenset(roles))


def test_the_tables_are_complete() -> None:
    """R25: no role, permission or queue is forgotten."""
    assert set(GRANTS) == set(TABLE) == set(SCOPES) == set(ROLE_LABELS) == set(Role)
    assert {permission for granted in GRANTS.values() for permission in granted} == set(Permission)
    assert [queue.key for queue in QUEUES] == list(WorkQueueKey)


@pytest.mark.parametrize("role", Role)
def test_each_role_has_the_permissions_of_the_table(role: Role) -> None:
    """R25: and nothing else."""
    somebody = viewer(role)
    assert {permission.value for permission in somebody.permissions} == TABLE[role]
    assert {permission.value for permission in Permission if somebody.may(permission)} == TABLE[role]
    assert somebody.scheme_scope is SCOPES[role]
    assert [queue.key.value for queue in queues_of(somebody)] == QUEUE_KEYS.get(role, [])


@pytest.mark.parametrize(("one", "other"), list(combinations(Role, 2)))
def test_two_roles_combine_their_permissions(one: Role, other: Role) -> None:
    """R25: each role widens what an account may do and see; none narrows it."""
    both = viewer(one, other)
    assert both.permissions == viewer(one).permissions | viewer(other).permissions
    assert permissions_of([one, other]) == both.permissions
    assert both.scheme_scope is max(SCOPES[one], SCOPES[other])
    assert {queue.key for queue in queues_of(both)} == {
        queue.key for role in (one, other) for queue in queues_of(viewer(role))
    }


def test_an_account_without_roles_may_do_nothing() -> None:
    """R25: it is signed in and sees nothing."""
    nobody = viewer()
    assert nobody.permissions == permissions_of([]) == frozenset()
    assert not any(nobody.may(permission) for permission in Permission)
    assert nobody.scheme_scope is SchemeScope.NONE
    assert queues_of(nobody) == ()


def test_no_role_both_defines_and_approves_schemes() -> None:
    """Four eyes begin with the table."""
    assert roles_with(Permission.SCHEME_DEFINE) == (Role.PROGRAM_MANAGER,)
    assert roles_with(Permission.SCHEME_APPROVE) == (Role.APPROVER,)
    assert roles_with(Permission.ACCOUNT_MANAGE) == (Role.ADMIN,)
    assert set(roles_with(Permission.VIEWER_READ)) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_each_role_has_a_scope_of_settlements(role: Role) -> None:
    """R25: staff see all, connected systems what was approved, and ECPs their own lines."""
    staff = {Role.ADMIN, Role.PROGRAM_MANAGER, Role.APPROVER, Role.ANALYST}
    system = SettlementScope.APPROVED if role is Role.INTEGRATION else SettlementScope.NONE
    for ecp_id, alone in ((None, system), (UUID(int=2), SettlementScope.OWN_LINES if role is Role.ECP else system)):
        somebody = replace(viewer(role), ecp_id=ecp_id)
        assert somebody.settlement_scope is (SettlementScope.ALL if role in staff else alone)
    both = replace(viewer(Role.INTEGRATION, Role.ECP), ecp_id=UUID(int=2))
    assert both.settlement_scope is SettlementScope.APPROVED


def test_a_scope_contains_the_scopes_before_it() -> None:
    """The widest one wins by being the greatest."""
    assert [scope.name for scope in sorted(SchemeScope)] == ["NONE", "CHAIN", "APPROVED", "SUBMITTED", "ALL"]


def test_a_vendor_sees_schemes_of_its_chains_unless_another_role_shows_more() -> None:
    """R14: an account without a vendor is in no chain."""
    vendor = replace(viewer(Role.VENDOR), vendor_id=UUID(int=1))
    assert vendor.scheme_scope is SchemeScope.CHAIN
    assert replace(vendor, vendor_id=None).scheme_scope is SchemeScope.NONE
    assert replace(vendor, roles=frozenset({Role.VENDOR, Role.OPERATIONS})).scheme_scope is SchemeScope.APPROVED
    assert replace(vendor, roles=frozenset({Role.INTEGRATION})).scheme_scope is SchemeScope.NONE


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.key)
@pytest.mark.parametrize("role", Role)
def test_a_queue_of_another_role_is_forbidden(role: Role, queue: object) -> None:
    """R10."""
    (wanted,) = [found for found in QUEUES if found is queue]
    if wanted.role is role:
        assert queue_of(wanted.key, viewer(role)) is wanted
    else:
        with pytest.raises(ForbiddenQueue) as rejected:
            queue_of(wanted.key, viewer(role))
        assert rejected.value.extensions == {"code": "FORBIDDEN"}


def test_only_the_queue_of_approvals_leaves_out_ones_own() -> None:
    """R5, R10: each queue of schemes is a status of a stage whose owner is its role."""
    of_schemes = [queue for queue in QUEUES if isinstance(queue, SchemeQueue)]
    assert [queue.key for queue in of_schemes if queue.others_only] == [WorkQueueKey.APPROVAL_PENDING]
    assert all(queue.role is queue.stage.owner for queue in of_schemes)


def test_a_role_may_do_the_work_in_its_queues() -> None:
    """R10: counts of ECPs and of what is about them, and of discrepancies are not limited, as their roles see all."""
    needed = {
        EcpQueue: Permission.ECP_MANAGE,
        EnrollmentQueue: Permission.ENROLLMENT_MANAGE,
        ConsignmentQueue: Permission.CUSTODY_RECORD,
        BatchQueue: Permission.CUSTODY_RECORD,
        DiscrepancyQueue: Permission.DISCREPANCY_RESOLVE,
        AdjustmentQueue: Permission.POINTS_ADJUST,
        ParkedSaleQueue: Permission.SALE_REPAIR,
        SettlementQueue: Permission.SETTLEMENT_APPROVE,
    }
    others = [queue for queue in QUEUES if not isinstance(queue, SchemeQueue)]
    assert {type(queue) for queue in others} == {*needed, ArtworkQueue}
    for queue in others:
        if isinstance(queue, ArtworkQueue):
            revises = queue.task is ArtworkTask.REVISE
            assert viewer(queue.role).may(Permission.ARTWORK_UPLOAD if revises else Permission.ARTWORK_REVIEW)
        else:
            assert viewer(queue.role).may(needed[type(queue)])
    assert viewer(Role.DESIGNER).consignment_scope is ConsignmentScope.ALL
    assert viewer(Role.PROGRAM_MANAGER).ecp_scope is EcpScope.ALL
    assert viewer(Role.OPERATIONS).consignment_scope is ConsignmentScope.ALL


def test_queues_say_what_they_hold_and_which_stage_they_are_about() -> None:
    """R10: every queue of schemes, consignments, batches, and discrepancies is about a stage."""
    assert {queue.key.value: queue.holds.value for queue in QUEUES if not isinstance(queue, SchemeQueue)} == {
        "ARTWORK_REVISIONS": "ARTWORKS",
        "ARTWORK_TO_REVIEW": "ARTWORKS",
        "PRODUCTION_TO_START": "CONSIGNMENTS",
        "BATCHES_TO_DISPATCH": "CONSIGNMENTS",
        "BATCHES_TO_RECEIVE": "BATCHES",
        "DISCREPANCIES": "DISCREPANCIES",
        "ENROLLMENTS_TO_DECIDE": "ENROLLMENTS",
        "ECPS_TO_VERIFY": "ECPS",
        "ADJUSTMENTS_TO_DECIDE": "ADJUSTMENTS",
        "PARKED_SALES": "PARKED_SALES",
        "SETTLEMENTS_TO_APPROVE": "SETTLEMENTS",
    }
    about_no_stage = {
        WorkQueueKey.ENROLLMENTS_TO_DECIDE,
        WorkQueueKey.ECPS_TO_VERIFY,
        WorkQueueKey.ADJUSTMENTS_TO_DECIDE,
        WorkQueueKey.PARKED_SALES,
    }
    assert {queue.key for queue in QUEUES if queue.stage is None} == about_no_stage


def test_labels_of_queues_are_words() -> None:
    """R26."""
    assert [key.label for key in WorkQueueKey] == [
        "Drafts to complete",
        "Changes requested",
        "Review pending",
        "Approval pending",
        "Coupons to generate",
        "Vendor not assigned",
        "Partly allocated",
        "Artwork to upload",
        "Artwork revisions",
        "Artwork to review",
        "Production to start",
        "Coupons to dispatch or commission",
        "Batches to receive",
        "Discrepancies",
        "Enrollments to decide",
        "ECPs to verify",
        "Adjustments to decide",
        "Parked sales",
        "Settlement pending",
        "Settlements to approve",
    ]


@pytest.mark.parametrize("role", Role)
def test_each_role_has_a_scope_of_ecps_and_of_contact_data(role: Role) -> None:
    """R25: all, none, or only oneself; contact data is for ECP managers."""
    sees_all = {Role.ADMIN, Role.PROGRAM_MANAGER, Role.ANALYST}
    own = EcpScope.OWN if role is Role.ECP else EcpScope.NONE
    for ecp_id, alone in ((None, EcpScope.NONE), (UUID(int=2), own)):
        somebody = Viewer(
            account_id=UUID(int=1),
            display_name="Asha",
            email=None,
            roles=frozenset({role}),
            vendor_id=None,
            ecp_id=ecp_id,
        )
        assert somebody.ecp_scope is (EcpScope.ALL if role in sees_all else alone)
        assert somebody.contact_scope is (EcpScope.ALL if role is Role.PROGRAM_MANAGER else alone)


def test_an_analyst_who_is_an_ecp_sees_all_and_its_own_contact_data() -> None:
    """R25: each role widens what an account sees."""
    both = Viewer(
        account_id=UUID(int=1),
        display_name="Asha",
        email=None,
        roles=frozenset({Role.ANALYST, Role.ECP}),
        vendor_id=None,
        ecp_id=UUID(int=2),
    )
    assert (both.ecp_scope, both.contact_scope) == (EcpScope.ALL, EcpScope.OWN)


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (
            Forbidden(Permission.SCHEME_APPROVE),
            "Your roles do not allow this. It requires the role approver.",
        ),
        (
            Forbidden(Permission.VENDOR_READ),
            f"{ONE_OF} administrator, program manager, approver, operations, designer or analyst.",
        ),
        (
            Forbidden(Permission.CATALOG_READ),
            f"{ONE_OF} {STAFF_LABELS}, vendor, ECP or connected system.",
        ),
        (Unauthenticated(), "You are not signed in. Send a token or an API key."),
        (ForbiddenQueue(QUEUES[3]), "The queue “Approval pending” belongs to the role approver."),
    ],
    ids=["one role", "many roles", "ECP", "anonymous", "queue"],
)
def test_denials_name_the_roles_needed(failure: Exception, message: str) -> None:
    """R26."""
    assert str(failure) == message


def test_labels_of_roles_are_words() -> None:
    """R26: "Program manager", not "PROGRAM_MANAGER"."""
    assert [role.label for role in Role] == [
        "Administrator",
        "Program manager",
        "Approver",
        "Operations",
        "Designer",
        "Vendor",
        "ECP",
        "Analyst",
        "Connected system",
    ]
