"""What may be done to a scheme in each state, and by whom: the whole table of guards (R5)."""

from uuid import UUID

import pytest

from domain.failures import UserErrorCode
from domain.lifecycle import Decision
from domain.permissions import Role, Viewer
from domain.schemes.guards import SchemeAction, Standing, allowed_actions, refusal

SUBMITTER, OTHER = UUID(int=1), UUID(int=2)
EDIT, SUBMIT = SchemeAction.EDIT, SchemeAction.SUBMIT
DECISIONS = (SchemeAction.APPROVE, SchemeAction.REQUEST_CHANGES, SchemeAction.REJECT)
MANAGER, APPROVER = Role.PROGRAM_MANAGER, Role.APPROVER

DRAFT = Standing(ready=False)
READY = Standing(ready=True)
WAITING = Standing(ready=True, submitted_by=SUBMITTER, current=True)
EDITED = Standing(ready=True, submitted_by=SUBMITTER, current=False)
BROKEN = Standing(ready=False, submitted_by=SUBMITTER, current=False)
APPROVED = Standing(ready=True, submitted_by=SUBMITTER, current=True, decision=Decision.APPROVED)
REJECTED = Standing(ready=True, submitted_by=SUBMITTER, current=True, decision=Decision.REJECTED)
RETURNED = Standing(ready=True, submitted_by=SUBMITTER, current=True, decision=Decision.CHANGES_REQUESTED)
CHANGED = Standing(ready=False, submitted_by=SUBMITTER, current=False, decision=Decision.CHANGES_REQUESTED)
EVERY = (DRAFT, READY, WAITING, EDITED, BROKEN, APPROVED, REJECTED, RETURNED, CHANGED)

INCOMPLETE = "The scheme is not complete: finish every step of the wizard first."
SUBMITTED_ALREADY = "The scheme is already waiting for approval."
NOT_SUBMITTED = "The scheme has not been submitted for approval."
EDITED_SINCE = "The scheme was edited after it was submitted."
GIVEN_BACK = "Changes were requested; the scheme has not been submitted again yet."


def viewer(*roles: Role, account: UUID = OTHER) -> Viewer:
    """Somebody with these roles."""
    return Viewer(account, "Asha", None, frozenset(roles))


@pytest.mark.parametrize(
    ("standing", "edit", "submit", "decide"),
    [
        (DRAFT, None, INCOMPLETE, NOT_SUBMITTED),
        (READY, None, None, NOT_SUBMITTED),
        (WAITING, None, SUBMITTED_ALREADY, None),
        (EDITED, None, None, EDITED_SINCE),
        (BROKEN, None, INCOMPLETE, EDITED_SINCE),
        (
            APPROVED,
            "An approved scheme cannot be edited.",
            "The scheme is approved and cannot be submitted again.",
            "The scheme is approved already.",
        ),
        (
            REJECTED,
            "A rejected scheme cannot be edited.",
            "The scheme is rejected and cannot be submitted again.",
            "The scheme was rejected.",
        ),
        (RETURNED, None, None, GIVEN_BACK),
        (CHANGED, None, INCOMPLETE, GIVEN_BACK),
    ],
)
def test_the_state_decides_what_can_be_done(
    standing: Standing, edit: str | None, submit: str | None, decide: str | None
) -> None:
    """R3, R5: each refusal is a sentence about the scheme."""
    for action, expected in ((EDIT, edit), (SUBMIT, submit), *((decision, decide) for decision in DECISIONS)):
        failure = refusal(action, standing, viewer())
        assert (failure and failure.message) == expected
        if failure is not None:
            assert failure.code is UserErrorCode.ILLEGAL_STATE
            assert failure.path == ("input", "schemeId")


@pytest.mark.parametrize("action", DECISIONS)
@pytest.mark.parametrize("standing", [WAITING, EDITED])
def test_nobody_decides_about_what_they_submitted(action: SchemeAction, standing: Standing) -> None:
    """R5: four eyes, whatever roles somebody holds."""
    failure = refusal(action, standing, viewer(*Role, account=SUBMITTER))
    assert failure is not None
    assert failure.code is UserErrorCode.SELF_APPROVAL
    assert failure.message == "You submitted this scheme, so somebody else has to decide about it."


@pytest.mark.parametrize(
    ("standing", "by_manager", "by_approver"),
    [
        (DRAFT, (EDIT,), ()),
        (READY, (EDIT, SUBMIT), ()),
        (WAITING, (EDIT,), DECISIONS),
        (EDITED, (EDIT, SUBMIT), ()),
        (BROKEN, (EDIT,), ()),
        (APPROVED, (), ()),
        (REJECTED, (), ()),
        (RETURNED, (EDIT, SUBMIT), ()),
        (CHANGED, (EDIT,), ()),
    ],
)
def test_offered_actions_by_role(
    standing: Standing, by_manager: tuple[SchemeAction, ...], by_approver: tuple[SchemeAction, ...]
) -> None:
    """R9, R25: what the roles allow and the state lets pass, in a fixed order."""
    assert allowed_actions(standing, viewer(MANAGER)) == by_manager
    assert allowed_actions(standing, viewer(APPROVER)) == by_approver
    assert allowed_actions(standing, viewer(MANAGER, APPROVER)) == by_manager + by_approver
    assert allowed_actions(standing, viewer(MANAGER, APPROVER, account=SUBMITTER)) == by_manager


@pytest.mark.parametrize("role", [role for role in Role if role not in {MANAGER, APPROVER}])
@pytest.mark.parametrize("standing", EVERY)
def test_other_roles_are_offered_nothing(standing: Standing, role: Role) -> None:
    """R25."""
    assert allowed_actions(standing, viewer(role)) == ()


@pytest.mark.parametrize("action", SchemeAction)
@pytest.mark.parametrize("standing", EVERY)
def test_an_offered_action_never_fails_for_its_state(standing: Standing, action: SchemeAction) -> None:
    """R9: what is offered and what is refused come from the same guards."""
    for account in (SUBMITTER, OTHER):
        somebody = viewer(MANAGER, APPROVER, account=account)
        offered = action in allowed_actions(standing, somebody)
        assert offered is (refusal(action, standing, somebody) is None)
