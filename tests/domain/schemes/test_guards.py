"""Guards of schemes: allowed actions by state and role (R5)."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.calendar import UTC_CALENDAR
from domain.failures import UserErrorCode
from domain.permissions import Role
from domain.schemes.facts import Authorship, OpenRevision, OpenSettlement, SchemeStanding
from domain.schemes.guards import SCHEME_GUARDS, SchemeAction
from domain.schemes.lifecycle_facts import Decision
from domain.schemes.stages import WizardStepKind
from domain.settlements.facts import SettlementStatus
from domain.viewers import Viewer

SUBMITTER, OTHER = UUID(int=1), UUID(int=2)
EDIT, SUBMIT = SchemeAction.EDIT, SchemeAction.SUBMIT
REVISE, RESCHEDULE = SchemeAction.REVISE, SchemeAction.RESCHEDULE
DECISIONS = (SchemeAction.APPROVE, SchemeAction.REQUEST_CHANGES, SchemeAction.REJECT)
MANAGER, APPROVER = Role.PROGRAM_MANAGER, Role.APPROVER

DRAFT = SchemeStanding(ready=False, calendar=UTC_CALENDAR)
READY = SchemeStanding(ready=True, calendar=UTC_CALENDAR)
WAITING = SchemeStanding(ready=True, calendar=UTC_CALENDAR, submitted_by=SUBMITTER, current=True)
EDITED = SchemeStanding(ready=True, calendar=UTC_CALENDAR, submitted_by=SUBMITTER, current=False)
BROKEN = SchemeStanding(ready=False, calendar=UTC_CALENDAR, submitted_by=SUBMITTER, current=False)
APPROVED = SchemeStanding(
    ready=True, calendar=UTC_CALENDAR, submitted_by=SUBMITTER, current=True, decision=Decision.APPROVED
)
REJECTED = SchemeStanding(
    ready=True, calendar=UTC_CALENDAR, submitted_by=SUBMITTER, current=True, decision=Decision.REJECTED
)
RETURNED = SchemeStanding(
    ready=True, calendar=UTC_CALENDAR, submitted_by=SUBMITTER, current=True, decision=Decision.CHANGES_REQUESTED
)
CHANGED = SchemeStanding(
    ready=False, calendar=UTC_CALENDAR, submitted_by=SUBMITTER, current=False, decision=Decision.CHANGES_REQUESTED
)
OVER = replace(APPROVED, ended_on=date(2026, 7, 31))
UNDER_REVISION = replace(APPROVED, open_revision=OpenRevision(2, "Ben", datetime(2026, 3, 10, 9, tzinfo=UTC)))
SCHEMES = (DRAFT, READY, WAITING, EDITED, BROKEN, APPROVED, REJECTED, RETURNED, CHANGED)
REVISIONS = tuple(replace(standing, revises=True) for standing in SCHEMES)
MISSED = datetime(2026, 6, 1, tzinfo=UTC)
LATE = tuple(replace(standing, missed=MISSED) for standing in REVISIONS)
EVERY = (*SCHEMES, OVER, UNDER_REVISION, *REVISIONS, *LATE)

INCOMPLETE = "The scheme is not complete. Finish every step of the wizard first."
SUBMITTED_ALREADY = "The scheme is already waiting for approval."
NOT_SUBMITTED = "The scheme has not been submitted for approval."
EDITED_SINCE = "The scheme was edited after it was submitted."
GIVEN_BACK = "Changes were requested; the scheme has not been submitted again yet."


def viewer(*roles: Role, account: UUID = OTHER) -> Viewer:
    """A viewer with these roles."""
    return Viewer(account_id=account, display_name="Asha", email=None, roles=frozenset(roles))


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
            "The scheme is already approved.",
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
def test_each_state_allows_the_actions_of_the_table(
    standing: SchemeStanding, edit: str | None, submit: str | None, decide: str | None
) -> None:
    """R3, R5: each rejection has a message about the scheme."""
    for action, expected in ((EDIT, edit), (SUBMIT, submit), *((decision, decide) for decision in DECISIONS)):
        failure = SCHEME_GUARDS.find_failure(action, standing, viewer())
        assert (failure and failure.message) == expected
        if failure is not None:
            assert failure.code is UserErrorCode.ILLEGAL_STATE
            assert failure.path == ("input", "schemeId")


@pytest.mark.parametrize("action", DECISIONS)
@pytest.mark.parametrize("standing", [WAITING, EDITED])
def test_nobody_decides_their_own_submission(action: SchemeAction, standing: SchemeStanding) -> None:
    """R5: four eyes, whatever the roles."""
    failure = SCHEME_GUARDS.find_failure(action, standing, viewer(*Role, account=SUBMITTER))
    assert failure is not None
    assert failure.code is UserErrorCode.SELF_APPROVAL
    assert failure.message == "You submitted this scheme, so another person must decide on it."


@pytest.mark.parametrize(
    ("steps", "named"),
    [
        ((WizardStepKind.BASICS,), "“Basics”"),
        ((WizardStepKind.BASICS, WizardStepKind.BONUS_RULES), "“Basics” and “Bonus rules”"),
    ],
)
@pytest.mark.parametrize(("revises", "noun"), [(False, "scheme"), (True, "revision")])
def test_an_author_does_not_approve(steps: tuple[WizardStepKind, ...], named: str, noun: str, *, revises: bool) -> None:
    """R5: but may request changes or reject; anybody else may approve. Other failures come first."""
    standing = replace(WAITING, barred=(Authorship(OTHER, steps),), revises=revises)
    failure = SCHEME_GUARDS.find_failure(SchemeAction.APPROVE, standing, viewer(*Role))
    assert failure is not None
    assert failure.code is UserErrorCode.SELF_APPROVAL
    assert failure.message == f"You edited {named} of this {noun}, so another person must approve it."
    assert SCHEME_GUARDS.allowed(standing, viewer(APPROVER)) == DECISIONS[1:]
    assert SCHEME_GUARDS.allowed(standing, viewer(APPROVER, account=UUID(int=3))) == DECISIONS
    decided = replace(standing, decision=Decision.APPROVED)
    failure = SCHEME_GUARDS.find_failure(SchemeAction.APPROVE, decided, viewer(APPROVER))
    assert failure is not None
    assert failure.message == "The scheme is already approved."


@pytest.mark.parametrize(
    ("standing", "by_manager", "by_approver"),
    [
        (DRAFT, (EDIT,), ()),
        (READY, (EDIT, SUBMIT), ()),
        (WAITING, (EDIT,), DECISIONS),
        (EDITED, (EDIT, SUBMIT), ()),
        (BROKEN, (EDIT,), ()),
        (APPROVED, (REVISE,), ()),
        (OVER, (), ()),
        (UNDER_REVISION, (), ()),
        (REJECTED, (), ()),
        (RETURNED, (EDIT, SUBMIT), ()),
        (CHANGED, (EDIT,), ()),
    ],
)
def test_offered_actions_by_role(
    standing: SchemeStanding, by_manager: tuple[SchemeAction, ...], by_approver: tuple[SchemeAction, ...]
) -> None:
    """R9, R25: what the roles allow and the state lets pass, in a fixed order."""
    assert SCHEME_GUARDS.allowed(standing, viewer(MANAGER)) == by_manager
    assert SCHEME_GUARDS.allowed(standing, viewer(APPROVER)) == by_approver
    both = sorted(by_manager + by_approver, key=list(SchemeAction).index)
    assert SCHEME_GUARDS.allowed(standing, viewer(MANAGER, APPROVER)) == tuple(both)
    assert SCHEME_GUARDS.allowed(standing, viewer(MANAGER, APPROVER, account=SUBMITTER)) == by_manager


def test_a_scheme_is_revised_while_it_is_approved_and_not_over() -> None:
    """Each message says what to do instead."""
    sentences = {
        DRAFT: "The scheme is not approved yet. Edit it instead of revising it.",
        WAITING: "The scheme is not approved yet. Edit it instead of revising it.",
        RETURNED: "The scheme is not approved yet. Edit it instead of revising it.",
        REJECTED: "A rejected scheme cannot be revised.",
        OVER: "The scheme ended on 31 July 2026, so a revision can no longer take effect.",
        UNDER_REVISION: (
            "Ben opened revision 2 on 10 March 2026 at 09:00 UTC, and it is still undecided. "
            "Continue with that revision."
        ),
        **dict.fromkeys(REVISIONS, "This is already a revision. Revise the scheme that it belongs to."),
    }
    assert SCHEME_GUARDS.find_failure(REVISE, APPROVED, viewer()) is None
    for standing, sentence in sentences.items():
        failure = SCHEME_GUARDS.find_failure(REVISE, standing, viewer())
        assert failure is not None
        assert (failure.message, failure.path) == (sentence, ("input", "schemeId"))
        conflict = UserErrorCode.CONFLICT if standing is UNDER_REVISION else UserErrorCode.ILLEGAL_STATE
        assert failure.code is conflict


def test_a_revision_is_moved_until_it_is_decided() -> None:
    """A submitted revision may be moved and edited."""
    sentences = {
        Decision.APPROVED: "The revision is already approved, so its time can no longer change.",
        Decision.REJECTED: "The revision was rejected, so its time can no longer change.",
    }
    for standing in (*REVISIONS, *LATE):
        failure = SCHEME_GUARDS.find_failure(RESCHEDULE, standing, viewer())
        assert (failure and failure.message) == (standing.decision and sentences.get(standing.decision))
    for standing in SCHEMES:
        failure = SCHEME_GUARDS.find_failure(RESCHEDULE, standing, viewer())
        assert failure is not None
        assert failure.message == "Only a revision can be rescheduled, and this scheme is not a revision."


def test_a_revision_whose_time_has_passed_is_neither_submitted_nor_approved() -> None:
    """It can be edited, moved, returned, and rejected; other problems are reported first."""
    passed = "The revision was scheduled to take effect on 1 June 2026 at 00:00 UTC, which has passed. "
    for standing, late in zip(REVISIONS, LATE, strict=True):
        for action in set(SchemeAction):
            expected, failure = (
                SCHEME_GUARDS.find_failure(action, standing, viewer()),
                SCHEME_GUARDS.find_failure(action, late, viewer()),
            )
            if expected is None and action in {SUBMIT, SchemeAction.APPROVE}:
                advice = {SUBMIT: "Choose a later time first."}
                request = "Request changes, so that its managers choose a later time."
                assert failure is not None
                assert failure.message == passed + advice.get(action, request)
                assert failure.code is UserErrorCode.OUT_OF_WINDOW
            else:
                assert (failure and failure.message) == (expected and expected.message)


@pytest.mark.parametrize("role", [role for role in Role if role not in {MANAGER, APPROVER}])
@pytest.mark.parametrize("standing", EVERY)
def test_other_roles_are_offered_nothing(standing: SchemeStanding, role: Role) -> None:
    """R25."""
    assert SCHEME_GUARDS.allowed(standing, viewer(role)) == ()


@pytest.mark.parametrize("action", SchemeAction)
@pytest.mark.parametrize("standing", EVERY)
def test_an_offered_action_never_fails_for_its_state(standing: SchemeStanding, action: SchemeAction) -> None:
    """R9: offered actions and rejections use the same guards."""
    for account in (SUBMITTER, OTHER):
        somebody = viewer(MANAGER, APPROVER, account=account)
        offered = action in SCHEME_GUARDS.allowed(standing, somebody)
        assert offered is (SCHEME_GUARDS.find_failure(action, standing, somebody) is None)


def test_a_scheme_is_settled_after_its_grace_period_once_at_a_time() -> None:
    """R8, R22: each obstacle has a message, and a manager is offered the action when there is none."""
    ended = replace(APPROVED, settles_on=date(2026, 8, 31))
    ready = replace(ended, can_settle=True, ended_on=date(2026, 7, 31))
    underway = replace(ready, open_settlement=OpenSettlement(2, SettlementStatus.PROPOSED))
    for standing, message in (
        (replace(ready, decision=None), "The scheme is not approved, so nobody has earned points in it."),
        (replace(ready, revises=True), "This is a revision of a scheme. Settle the scheme itself."),
        (APPROVED, "The scheme has no last day, so it cannot be settled."),
        (
            ended,
            "Sales and coupons of this scheme count until its grace period is over. Settle it from 31 August 2026 on.",
        ),
        (
            underway,
            (
                "Settlement 2 of this scheme is open (approval pending). Wait until it is posted, or until it is "
                "rejected or withdrawn."
            ),
        ),
    ):
        failure = SCHEME_GUARDS.find_failure(SchemeAction.SETTLE, standing, viewer(Role.PROGRAM_MANAGER))
        assert failure is not None
        assert failure.message == message
        assert SchemeAction.SETTLE not in SCHEME_GUARDS.allowed(standing, viewer(Role.PROGRAM_MANAGER))
    assert SCHEME_GUARDS.allowed(ready, viewer(Role.PROGRAM_MANAGER)) == (SchemeAction.SETTLE,)
    assert SCHEME_GUARDS.allowed(ready, viewer(Role.APPROVER)) == ()
