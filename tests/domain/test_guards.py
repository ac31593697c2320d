"""The table of guards: complete when it is built, the same for mutations and for `viewerActions`."""

from enum import StrEnum
from uuid import UUID

import pytest

from domain.failures import Failure, IllegalState
from domain.guards import Guards, first_failure
from domain.permissions import Permission, Role
from domain.viewers import Viewer


class Door(StrEnum):
    """The facts that the guards of this test look at."""

    AJAR = "AJAR"
    SHUT = "SHUT"


class Action(StrEnum):
    """What can be done to a door."""

    OPEN = "OPEN"
    CLOSE = "CLOSE"


def is_ajar(door: Door, _viewer: Viewer) -> Failure | None:
    return None if door is Door.AJAR else IllegalState("It is closed.", ("input", "id"))


def is_shut(door: Door, _viewer: Viewer) -> Failure | None:
    return None if door is Door.SHUT else IllegalState("It is open.", ("input", "id"))


MANAGER = Viewer(account_id=UUID(int=1), display_name="Asha", email=None, roles=frozenset({Role.PROGRAM_MANAGER}))
DESIGNER = Viewer(account_id=UUID(int=2), display_name="Ravi", email=None, roles=frozenset({Role.DESIGNER}))
GUARDS = Guards(
    Action,
    {Action.CLOSE: (Permission.SCHEME_DEFINE, is_ajar), Action.OPEN: (Permission.SCHEME_READ, is_shut)},
)


def test_every_action_takes_a_permission_and_a_guard() -> None:
    with pytest.raises(TypeError, match="Action has no guard for CLOSE"):
        Guards(Action, {Action.OPEN: (Permission.SCHEME_READ, is_shut)})


def test_check_raises_what_find_failure_returns() -> None:
    assert GUARDS.find_failure(Action.OPEN, Door.SHUT, MANAGER) is None
    GUARDS.check(Action.OPEN, Door.SHUT, MANAGER)
    with pytest.raises(IllegalState, match=r"It is open\."):
        GUARDS.check(Action.OPEN, Door.AJAR, MANAGER)


def test_allowed_actions_need_the_permission_and_a_silent_guard() -> None:
    assert GUARDS.allowed(Door.AJAR, MANAGER) == (Action.CLOSE,)
    assert GUARDS.allowed(Door.AJAR, DESIGNER) == ()
    assert GUARDS.allowed(Door.SHUT, DESIGNER) == (Action.OPEN,)


def test_the_first_failure_counts() -> None:
    never = first_failure(is_ajar, is_shut)
    assert [str(never(door, MANAGER)) for door in Door] == ["It is open.", "It is closed."]
