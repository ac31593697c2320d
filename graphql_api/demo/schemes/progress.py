"""A demo scheme while its scenario runs."""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct, field

from domain.schemes.content import Basics
from domain.schemes.stages import STEP_ORDER, WizardStepKind
from graphql_api.demo.accounts.people import Person
from graphql_api.demo.catalog.catalog import Catalog
from graphql_api.demo.clock import DemoClock
from graphql_api.demo.schemes.scenarios import SchemeStep
from graphql_api.demo.schemes.scheme_plan import RevisionPlan, SchemePlan

_APPROVER_STEPS: Final = frozenset({SchemeStep.APPROVE, SchemeStep.REQUEST_CHANGES, SchemeStep.REJECT})
_EDIT_STEPS: Final = frozenset(
    {
        SchemeStep.ADD_VARIANT,
        SchemeStep.REMOVE_VARIANT,
        SchemeStep.REMOVE_ALL_VARIANTS,
        SchemeStep.REMOVE_GEOGRAPHIES,
        SchemeStep.ADD_COUPONS,
        SchemeStep.REVISE_BASICS,
    }
)


class SchemeProgress(Struct):
    """A scheme while its scenario runs: its content, and what its next mutations need.

    `live_id` is the scheme. `scheme_id` is the revision while one is edited, otherwise the scheme too.
    """

    plan: SchemePlan
    skus: tuple[str, ...]
    basics: Basics
    clock: DemoClock
    scheme_id: UUID = UUID(int=0)
    live_id: UUID = UUID(int=0)
    versions: dict[WizardStepKind, int] = field(default_factory=lambda: dict.fromkeys(STEP_ORDER, 0))

    def actor(self, step: SchemeStep) -> Person:
        """Return the person who takes this step."""
        if step in _EDIT_STEPS and self.plan.colleague is not None:
            return self.plan.colleague
        return self.plan.approver if step in _APPROVER_STEPS else self.plan.manager

    @property
    def revision(self) -> RevisionPlan:
        """The plan of the revision. Raises ValueError when the scheme has none."""
        if self.plan.revision is None:
            raise ValueError(f"“{self.plan.title}” has no planned revision")
        return self.plan.revision

    @property
    def effective_at(self) -> datetime:
        """The moment at which the revision takes effect."""
        return self.revision.effective_at(self.clock)

    def edit_next(self, scheme_id: UUID, version: int) -> None:
        """Edit this scheme or revision from now on; all of its wizard steps have this version."""
        self.scheme_id = scheme_id
        self.versions = dict.fromkeys(STEP_ORDER, version)

    def expected_version(self, step: WizardStepKind) -> int:
        """Return the version that the next save of a wizard step must name, and count the save."""
        self.versions[step] += 1
        return self.versions[step] - 1


def start_scheme(plan: SchemePlan, catalog: Catalog, clock: DemoClock) -> SchemeProgress:
    """Return the scheme before its first step."""
    skus = catalog.skus(plan.products)
    return SchemeProgress(plan=plan, skus=skus, basics=plan.basics(clock.today, skus), clock=clock)
