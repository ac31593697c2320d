"""Guards: the permission and the condition of every action on a kind of object, as one table."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar

from domain.failures import Failure
from domain.permissions import Permission
from domain.viewers import Viewer

ActionT = TypeVar("ActionT", bound=StrEnum)
FactsT = TypeVar("FactsT")

# Returns the failure that keeps the viewer from acting, or None. It checks no permission of the table.
Guard = Callable[[FactsT, Viewer], Failure | None]


class Guards(Generic[ActionT, FactsT]):
    """The permission and the guard of every action on one kind of object.

    Mutations call `check`, and `viewerActions` lists what is `allowed`, so the two cannot disagree.
    """

    def __init__(self, actions: type[ActionT], table: Mapping[ActionT, tuple[Permission, Guard[FactsT]]]) -> None:
        """Raises TypeError when the table has no entry for one of the actions."""
        missing = set(actions) - table.keys()
        if missing:
            message = f"{actions.__name__} has no guard for {', '.join(sorted(missing))}"
            raise TypeError(message)
        self._table = MappingProxyType({action: table[action] for action in actions})

    def find_failure(self, action: ActionT, facts: FactsT, viewer: Viewer) -> Failure | None:
        """The failure that keeps the viewer from this action now, or None. Permissions are not checked."""
        return self._table[action][1](facts, viewer)

    def check(self, action: ActionT, facts: FactsT, viewer: Viewer) -> None:
        """Raise the failure that keeps the viewer from this action now, if there is one."""
        if failure := self.find_failure(action, facts, viewer):
            raise failure

    def allowed(self, facts: FactsT, viewer: Viewer) -> tuple[ActionT, ...]:
        """The actions that the viewer's roles permit and whose guard finds no failure, in the order of the enum."""
        return tuple(
            action
            for action, (permission, guard) in self._table.items()
            if viewer.may(permission) and guard(facts, viewer) is None
        )


def first_failure(*guards: Guard[FactsT]) -> Guard[FactsT]:
    """A guard that asks several guards in turn and returns the first failure."""

    def guard(facts: FactsT, viewer: Viewer) -> Failure | None:
        return next((failure for each in guards if (failure := each(facts, viewer))), None)

    return guard
