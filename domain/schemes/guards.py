"""What may be done to a scheme in its state. Mutations raise what these return; `viewerActions` lists the rest."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from msgspec import Struct

from domain.failures import Failure
from domain.lifecycle import Decision
from domain.permissions import Permission, Viewer
from domain.schemes.failures import IllegalState, SelfApproval


class SchemeAction(StrEnum):
    """What a viewer can do to a scheme; each is the mutation that does it."""

    EDIT = "EDIT"
    SUBMIT = "SUBMIT"
    APPROVE = "APPROVE"
    REQUEST_CHANGES = "REQUEST_CHANGES"
    REJECT = "REJECT"


class Standing(Struct, frozen=True):
    """The facts that guards look at: is the scheme ready, was it submitted and by whom, and what was decided.

    `current` tells whether the scheme still has the content that was submitted.
    """

    ready: bool
    submitted_by: UUID | None = None
    current: bool = False
    decision: Decision | None = None


def refusal(action: SchemeAction, standing: Standing, viewer: Viewer) -> Failure | None:
    """Why `viewer` may not do `action` now, or None when it is allowed. Permissions are checked elsewhere."""
    return _GUARDS[action](standing, viewer)


def allowed_actions(standing: Standing, viewer: Viewer) -> tuple[SchemeAction, ...]:
    """The actions that the viewer's roles allow and whose guard lets them pass, in the order of `SchemeAction`."""
    return tuple(
        action
        for action in SchemeAction
        if viewer.may(ACTION_PERMISSIONS[action]) and refusal(action, standing, viewer) is None
    )


def _edit(standing: Standing, _viewer: Viewer) -> Failure | None:
    if standing.decision is Decision.APPROVED:
        return IllegalState("An approved scheme cannot be edited.")
    if standing.decision is Decision.REJECTED:
        return IllegalState("A rejected scheme cannot be edited.")
    return None


def _submit(standing: Standing, _viewer: Viewer) -> Failure | None:
    closed = {Decision.APPROVED: "approved", Decision.REJECTED: "rejected"}
    if standing.decision in closed:
        return IllegalState(f"The scheme is {closed[standing.decision]} and cannot be submitted again.")
    if standing.current and standing.decision is None:
        return IllegalState("The scheme is already waiting for approval.")
    if not standing.ready:
        return IllegalState("The scheme is not complete: finish every step of the wizard first.")
    return None


def _decide(standing: Standing, viewer: Viewer) -> Failure | None:
    if standing.submitted_by is None:
        return IllegalState("The scheme has not been submitted for approval.")
    decided = {
        Decision.APPROVED: "The scheme is approved already.",
        Decision.REJECTED: "The scheme was rejected.",
        Decision.CHANGES_REQUESTED: "Changes were requested; the scheme has not been submitted again yet.",
    }
    if standing.decision is not None:
        return IllegalState(decided[standing.decision])
    if standing.submitted_by == viewer.account_id:
        return SelfApproval()
    return None if standing.current else IllegalState("The scheme was edited after it was submitted.")


ACTION_PERMISSIONS: Mapping[SchemeAction, Permission] = MappingProxyType(
    {
        SchemeAction.EDIT: Permission.SCHEME_DEFINE,
        SchemeAction.SUBMIT: Permission.SCHEME_DEFINE,
        SchemeAction.APPROVE: Permission.SCHEME_APPROVE,
        SchemeAction.REQUEST_CHANGES: Permission.SCHEME_APPROVE,
        SchemeAction.REJECT: Permission.SCHEME_APPROVE,
    }
)

_GUARDS: Mapping[SchemeAction, Callable[[Standing, Viewer], Failure | None]] = MappingProxyType(
    {
        SchemeAction.EDIT: _edit,
        SchemeAction.SUBMIT: _submit,
        SchemeAction.APPROVE: _decide,
        SchemeAction.REQUEST_CHANGES: _decide,
        SchemeAction.REJECT: _decide,
    }
)
