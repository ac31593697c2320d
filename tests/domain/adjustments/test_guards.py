"""When a second person must decide about an adjustment, and who that may be (R22)."""

from uuid import UUID

import pytest

from domain.adjustments.facts import LARGEST_POINTS, AdjustmentFacts, AdjustmentStatus, needs_second_person
from domain.adjustments.guards import ADJUSTMENT_GUARDS, AdjustmentAction, find_adjusting_failure
from domain.adjustments.inputs import points_problems
from domain.permissions import Role
from domain.viewers import Viewer

MAKER, OTHER, ECP, ACCOUNT = (UUID(int=number) for number in range(1, 5))
PENDING = AdjustmentFacts(status=AdjustmentStatus.PENDING, made_by=MAKER, ecp_id=ECP, ecp_account_id=ACCOUNT)


def viewer(account_id: UUID, *roles: Role, ecp_id: UUID | None = None) -> Viewer:
    """A viewer with these roles, a program manager by default."""
    given = frozenset(roles or (Role.PROGRAM_MANAGER,))
    return Viewer(account_id=account_id, display_name="Asha", email=None, roles=given, ecp_id=ecp_id)


@pytest.mark.parametrize(
    ("points", "before", "threshold", "expected"),
    [
        (1_000, 0, 1_000, False),
        (1_001, 0, 1_000, True),
        (-1_001, 0, 1_000, True),
        (1, 1_000, 1_000, True),
        (-500, 500, 1_000, False),
        (1, 0, 0, True),
    ],
)
def test_a_second_person_decides_above_the_threshold(
    points: int, before: int, threshold: int, *, expected: bool
) -> None:
    assert needs_second_person(points, before=before, threshold=threshold) is expected


def test_only_another_manager_decides() -> None:
    """Neither the maker, nor the ECP itself, nor an account that is linked to it, nor other roles."""
    actions = (AdjustmentAction.APPROVE, AdjustmentAction.REJECT)
    assert ADJUSTMENT_GUARDS.allowed(PENDING, viewer(OTHER)) == actions
    assert ADJUSTMENT_GUARDS.allowed(PENDING, viewer(MAKER)) == (AdjustmentAction.WITHDRAW,)
    assert ADJUSTMENT_GUARDS.allowed(PENDING, viewer(MAKER, Role.ANALYST)) == ()
    for excluded in (
        viewer(ACCOUNT),
        viewer(OTHER, Role.PROGRAM_MANAGER, Role.ECP, ecp_id=ECP),
        viewer(OTHER, Role.ADMIN, Role.APPROVER, Role.ANALYST),
    ):
        assert ADJUSTMENT_GUARDS.allowed(PENDING, excluded) == ()


def test_nobody_adjusts_their_own_points() -> None:
    assert find_adjusting_failure(viewer(OTHER), ECP, ACCOUNT) is None
    assert find_adjusting_failure(viewer(OTHER), ECP, None) is None
    assert find_adjusting_failure(viewer(ACCOUNT), ECP, ACCOUNT) is not None
    assert find_adjusting_failure(viewer(OTHER, ecp_id=ECP), ECP, None) is not None


def test_points_are_never_0_and_fit_into_every_client() -> None:
    found = {points: [problem.message for problem in points_problems(points)] for points in (0, LARGEST_POINTS + 1)}
    assert found == {
        0: ["An adjustment adds or takes at least 1 point; 0 changes nothing."],
        LARGEST_POINTS + 1: ["The points must be 9,007,199,254,740,991 or less, not 9,007,199,254,740,992."],
    }
    assert all(not list(points_problems(points)) for points in (1, -1, LARGEST_POINTS, -LARGEST_POINTS))
