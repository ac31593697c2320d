"""Guards of ECPs: allowed actions by status and role, and their messages (R18, R25, R26)."""

from typing import Any
from uuid import UUID

import pytest

from domain.calendar import UTC_CALENDAR
from domain.ecps.events import EVENTS as OF_ECPS
from domain.ecps.facts import EcpFacts, EcpStatus
from domain.ecps.failures import ECP_PATH, RegisteredAlready
from domain.ecps.guards import ECP_GUARDS, EcpAction
from domain.ecps.sentences import ecp_sentence
from domain.ecps.stored_facts import EcpSuspended
from domain.enrollments.events import EVENTS as OF_ENROLLMENTS
from domain.events import EventKind
from domain.failures import IllegalState, NotFound, SelfApproval
from domain.permissions import Role
from domain.schemes.events import EVENTS as OF_SCHEMES
from domain.stored_facts import Reader
from domain.viewers import Viewer

ECP, OTHER = UUID(int=1), UUID(int=2)
PENDING, ACTIVE, SUSPENDED, CLOSED = EcpStatus
UPDATE, VERIFY, SUSPEND, ERASE, UNLOCK = EcpAction
# Rejected actions by status; all others are allowed.
REJECTED = {
    (SUSPEND, PENDING): "This ECP is not verified yet and cannot be suspended.",
    (SUSPEND, SUSPENDED): "This ECP is already suspended.",
    (UPDATE, CLOSED): "This ECP is closed and cannot be corrected.",
    (VERIFY, CLOSED): "This ECP is closed and cannot be verified again.",
    (SUSPEND, CLOSED): "This ECP is closed and cannot be suspended.",
    (ERASE, CLOSED): "This ECP was already erased.",
    **{(UNLOCK, status): "This ECP is not locked." for status in EcpStatus},
}
# Actions offered by role, for another person's ECP.
OFFERED = {
    Role.ADMIN: {PENDING: [ERASE], ACTIVE: [ERASE], SUSPENDED: [ERASE]},
    Role.PROGRAM_MANAGER: {
        PENDING: [UPDATE, VERIFY, ERASE],
        ACTIVE: [UPDATE, VERIFY, SUSPEND, ERASE],
        SUSPENDED: [UPDATE, VERIFY, ERASE],
    },
}


def viewer(*roles: Role, ecp_id: UUID | None = None) -> Viewer:
    """A viewer with these roles, optionally an ECP."""
    return Viewer(
        account_id=UUID(int=9), display_name="Asha", email=None, roles=frozenset(roles), vendor_id=None, ecp_id=ecp_id
    )


@pytest.mark.parametrize("status", EcpStatus)
@pytest.mark.parametrize("action", EcpAction)
def test_each_action_is_rejected_in_the_statuses_of_the_table(action: EcpAction, status: EcpStatus) -> None:
    failure = ECP_GUARDS.find_failure(action, EcpFacts(OTHER, status), viewer(Role.PROGRAM_MANAGER))
    message = REJECTED.get((action, status))
    if message is None:
        assert failure is None
    else:
        assert isinstance(failure, IllegalState)
        assert (failure.code, failure.path, failure.message) == ("ILLEGAL_STATE", ("input", "ecpId"), message)


@pytest.mark.parametrize("status", EcpStatus)
@pytest.mark.parametrize("role", Role)
def test_offered_actions_are_those_that_roles_and_guards_allow(role: Role, status: EcpStatus) -> None:
    """R25: nobody else is offered anything."""
    assert list(ECP_GUARDS.allowed(EcpFacts(OTHER, status), viewer(role, ecp_id=ECP))) == (
        OFFERED.get(role, {}).get(status, [])
    )


def test_an_ecp_corrects_only_itself() -> None:
    own = viewer(Role.ECP, ecp_id=ECP)
    for status in (PENDING, ACTIVE, SUSPENDED):
        assert ECP_GUARDS.allowed(EcpFacts(ECP, status), own) == (UPDATE,)
        assert ECP_GUARDS.allowed(EcpFacts(OTHER, status), own) == ()
    assert ECP_GUARDS.allowed(EcpFacts(ECP, CLOSED), own) == ()


def test_a_manager_who_is_an_ecp_does_not_decide_about_it() -> None:
    """Four eyes: neither verifies nor suspends it; correcting and erasing their own data is for everybody."""
    both = viewer(Role.PROGRAM_MANAGER, Role.ECP, ecp_id=ECP)
    assert ECP_GUARDS.allowed(EcpFacts(ECP, ACTIVE), both) == (UPDATE, ERASE)
    for action in (VERIFY, SUSPEND, UNLOCK):
        failure = ECP_GUARDS.find_failure(action, EcpFacts(ECP, ACTIVE, is_locked=action is UNLOCK), both)
        assert isinstance(failure, SelfApproval)
        assert (failure.code, failure.path) == ("SELF_APPROVAL", ("input", "ecpId"))
        assert failure.message == "This is your own registration. Another person must decide on it."
    assert ECP_GUARDS.allowed(EcpFacts(OTHER, ACTIVE), both) == (UPDATE, VERIFY, SUSPEND, ERASE)


def test_a_locked_ecp_can_be_unlocked_by_managers() -> None:
    """R22: in every status, because the lock comes from wrong codes alone."""
    for status in EcpStatus:
        locked = EcpFacts(OTHER, status, is_locked=True)
        assert [role for role in Role if UNLOCK in ECP_GUARDS.allowed(locked, viewer(role))] == [Role.PROGRAM_MANAGER]


def test_an_event_that_moves_a_queue_declares_it() -> None:
    """R10: registering, verifying and erasing do; suspending and correcting do not; nor does what systems report."""
    quiet = {kind for kind, spec in {**OF_ECPS, **OF_ENROLLMENTS}.items() if not spec.queues}
    assert quiet == {
        EventKind.ECP_ACTIVITIES_RECORDED,
        EventKind.ECP_LOCKED,
        EventKind.ECP_SUSPENDED,
        EventKind.ECP_UNLOCKED,
        EventKind.ECP_UPDATED,
    }
    quiet = {kind for kind, spec in OF_SCHEMES.items() if not spec.queues}
    assert quiet == {
        EventKind.SCHEME_CATALOG_CHANGED,
        EventKind.SCHEME_PARTICIPANT_ADDED,
        EventKind.SCHEME_PARTICIPANT_REMOVED,
    }


def test_statuses_are_words() -> None:
    """R26."""
    assert [status.label for status in EcpStatus] == ["Verification pending", "Active", "Suspended", "Closed"]


def test_failures_have_clear_messages() -> None:
    """R26."""
    missing, registered = NotFound("ECP", ECP_PATH), RegisteredAlready("ECP-2026-000001")
    assert (missing.code, missing.path, missing.message) == (
        "NOT_FOUND",
        ("input", "ecpId"),
        "This ECP does not exist.",
    )
    assert (registered.code, registered.path) == ("DUPLICATE", ("input",))
    assert registered.message == "You are already registered as ECP-2026-000001."


def test_a_long_reason_of_a_suspension_is_cut_off() -> None:
    """R26: in one line, after the code, which outlives the person's data."""
    ecp: dict[str, Any] = {"ecp_id": UUID(int=1), "code": "ECP-2026-000123"}
    short, long = EcpSuspended(**ecp, reason="Under\n review."), EcpSuspended(**ecp, reason="x" * 1000)
    assert ecp_sentence(short, Reader(UTC_CALENDAR)) == "ECP-2026-000123 is suspended: Under review."
    assert ecp_sentence(long, Reader(UTC_CALENDAR)) == f"ECP-2026-000123 is suspended: {'x' * 299}…"
