"""Who may act on a settlement, by its status, its maker, and its lines (R22)."""

from uuid import UUID

import pytest

from domain.failures import IllegalState, SelfApproval
from domain.permissions import Role
from domain.settlements.facts import SettlementFacts, SettlementStatus
from domain.settlements.guards import SETTLEMENT_GUARDS, SettlementAction
from domain.viewers import Viewer

MAKER, OTHER = UUID(int=1), UUID(int=2)
STATUSES = list(SettlementStatus)


def viewer(account_id: UUID, *roles: Role) -> Viewer:
    """A viewer with these roles."""
    return Viewer(account_id=account_id, display_name="Asha", email=None, roles=frozenset(roles))


def facts(status: SettlementStatus, *, has_own_line: bool = False) -> SettlementFacts:
    """A settlement that the maker made."""
    return SettlementFacts(status=status, made_by=MAKER, number=3, has_own_line=has_own_line)


@pytest.mark.parametrize("status", STATUSES)
def test_an_approver_decides_about_what_is_proposed(status: SettlementStatus) -> None:
    allowed = SETTLEMENT_GUARDS.allowed(facts(status), viewer(OTHER, Role.APPROVER))
    expected = {SettlementStatus.PROPOSED: (SettlementAction.APPROVE, SettlementAction.REJECT)}
    assert allowed == expected.get(status, ())


@pytest.mark.parametrize("status", STATUSES)
def test_its_maker_withdraws_it_until_it_is_decided(status: SettlementStatus) -> None:
    """And reports payouts once it is posted; another manager cannot withdraw it."""
    withdraws = status in {SettlementStatus.PREPARING, SettlementStatus.PROPOSED}
    reports = status in {SettlementStatus.PAYING, SettlementStatus.SETTLED}
    expected = [SettlementAction.WITHDRAW] * withdraws + [SettlementAction.RECORD_PAYOUTS] * reports
    manager = viewer(MAKER, Role.PROGRAM_MANAGER)
    assert list(SETTLEMENT_GUARDS.allowed(facts(status), manager)) == expected
    other = viewer(OTHER, Role.PROGRAM_MANAGER)
    assert list(SETTLEMENT_GUARDS.allowed(facts(status), other)) == [SettlementAction.RECORD_PAYOUTS] * reports


@pytest.mark.parametrize(
    ("found", "account_id", "message"),
    [
        (facts(SettlementStatus.PROPOSED), MAKER, "This is your own settlement. Another person must decide on it."),
        (
            facts(SettlementStatus.PROPOSED, has_own_line=True),
            OTHER,
            "This settlement has a line of yours. Another person must decide on it.",
        ),
    ],
    ids=["maker", "own line"],
)
def test_nobody_decides_alone_or_about_their_own_points(found: SettlementFacts, account_id: UUID, message: str) -> None:
    """Two persons."""
    both = viewer(account_id, Role.APPROVER, Role.PROGRAM_MANAGER)
    for action in (SettlementAction.APPROVE, SettlementAction.REJECT):
        failure = SETTLEMENT_GUARDS.find_failure(action, found, both)
        assert isinstance(failure, SelfApproval)
        assert (failure.message, failure.path) == (message, ("input", "settlementId"))


@pytest.mark.parametrize(
    ("action", "status", "message"),
    [
        ("APPROVE", "PREPARING", "is still being prepared. Try again when its lines are complete."),
        ("REJECT", "APPROVED", "is already approved."),
        ("APPROVE", "PAYING", "is already approved."),
        ("APPROVE", "SETTLED", "is already settled."),
        ("REJECT", "REJECTED", "was rejected. Settle the scheme again for a new one."),
        ("APPROVE", "WITHDRAWN", "was withdrawn. Settle the scheme again for a new one."),
        ("RECORD_PAYOUTS", "PREPARING", "is not approved yet, so nothing can have been paid."),
        ("RECORD_PAYOUTS", "PROPOSED", "is not approved yet, so nothing can have been paid."),
        ("RECORD_PAYOUTS", "APPROVED", "is approved, and its points are being posted. Report payouts in a moment."),
        ("RECORD_PAYOUTS", "REJECTED", "was rejected, so nothing can have been paid."),
        ("RECORD_PAYOUTS", "WITHDRAWN", "was withdrawn, so nothing can have been paid."),
        (
            "WITHDRAW",
            "PROPOSED",
            "was made by another person, and only that person can withdraw it. An approver can reject it.",
        ),
    ],
)
def test_denials_say_why(action: str, status: str, message: str) -> None:
    found = facts(SettlementStatus(status))
    failure = SETTLEMENT_GUARDS.find_failure(SettlementAction(action), found, viewer(OTHER, Role.APPROVER))
    assert isinstance(failure, IllegalState)
    assert failure.message == f"Settlement 3 {message}"
