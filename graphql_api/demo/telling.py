"""A scheme in the course of its story, and where what people do to it takes place."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct, field

from db.sessions import Writing
from domain.permissions import Viewer
from domain.schemes.content import Basics
from domain.schemes.stages import STEP_ORDER, WizardStepKind
from graphql_api.context import Environment
from graphql_api.demo.catalog import Catalog
from graphql_api.demo.clock import DemoClock
from graphql_api.demo.people import Person
from graphql_api.demo.plan import RevisionPlan, SchemePlan
from graphql_api.demo.stories import Act
from resolvers.context import Operation

_APPROVERS_ACTS: Final = frozenset({Act.APPROVE, Act.REQUEST_CHANGES, Act.REJECT})
_CHANGES: Final = frozenset(
    {
        Act.ADD_VARIANT,
        Act.REMOVE_VARIANT,
        Act.REMOVE_ALL_VARIANTS,
        Act.REMOVE_GEOGRAPHIES,
        Act.ADD_COUPONS,
        Act.REVISE_BASICS,
    }
)


class Telling(Struct):
    """A scheme in the course of its story: what it is about, and what its mutations need to know of it.

    While a revision of it is worked on, `scheme_id` is the revision; `live_id` always is the scheme itself.
    """

    plan: SchemePlan
    skus: tuple[str, ...]
    basics: Basics
    today: date
    scheme_id: UUID = UUID(int=0)
    live_id: UUID = UUID(int=0)
    versions: dict[WizardStepKind, int] = field(default_factory=lambda: dict.fromkeys(STEP_ORDER, 0))

    def doer(self, act: Act) -> Person:
        """Who does this."""
        if act in _CHANGES and self.plan.colleague is not None:
            return self.plan.colleague
        return self.plan.approver if act in _APPROVERS_ACTS else self.plan.manager

    @property
    def revision(self) -> RevisionPlan:
        """What is planned for the revision. Raises ValueError when there is none."""
        if self.plan.revision is None:
            raise ValueError(f"“{self.plan.title}” does not say how it is revised")
        return self.plan.revision

    @property
    def effective_at(self) -> datetime:
        """When the revision takes effect."""
        return self.revision.effective_at(self.today)

    def go_on_with(self, scheme_id: UUID, version: int) -> None:
        """Work on this scheme or revision from now on, whose steps all have this version."""
        self.scheme_id = scheme_id
        self.versions = dict.fromkeys(STEP_ORDER, version)

    def expected_version(self, step: WizardStepKind) -> int:
        """The version that the next save of a step must name; it counts up, since every save changes something."""
        self.versions[step] += 1
        return self.versions[step] - 1


class Scene(Struct, frozen=True):
    """Where an act takes place: the operation that does it, its transaction, the catalog, and everybody who acts."""

    environment: Environment
    clock: DemoClock
    operation: Operation
    session: Writing
    catalog: Catalog
    people: Mapping[Person, Viewer]


class Event(Struct, frozen=True):
    """Something that somebody did at a moment."""

    at: datetime
    doer: Person
    do: Callable[[Scene], Awaitable[None]]


def begin(plan: SchemePlan, catalog: Catalog, today: date) -> Telling:
    """The story of a scheme before anything has happened."""
    skus = catalog.skus(plan.products)
    return Telling(plan, skus, plan.basics(today, skus), today)
