"""The wizard of a scheme: its steps with state, version and problems."""

from uuid import UUID

from msgspec import Struct

from domain.failures import Problem
from domain.schemes.definition import current_step
from domain.schemes.stages import WizardStepKind, WizardStepState
from resolvers.context import Operation
from resolvers.schemes.definitions import Definition, definitions_by_scheme


class StepView(Struct, frozen=True):
    """One step, with the version that the next save must name."""

    kind: WizardStepKind
    state: WizardStepState
    version: int
    problems: tuple[Problem, ...]


class WizardView(Struct, frozen=True):
    """The five steps, and the next one to complete."""

    scheme_id: UUID
    current_step: WizardStepKind
    steps: tuple[StepView, ...]

    def step(self, kind: WizardStepKind) -> StepView:
        """Find a step by its kind."""
        return next(step for step in self.steps if step.kind is kind)


def build_wizard(definition: Definition) -> WizardView:
    """Build the wizard of a scheme."""
    steps = tuple(
        StepView(
            kind=step.kind, state=step.state, version=definition.sections[step.kind].version, problems=step.problems
        )
        for step in definition.steps
    )
    return WizardView(definition.scheme.id, current_step((step.kind, step.state) for step in steps), steps)


async def steps_by_key(operation: Operation, keys: list[tuple[UUID, WizardStepKind]]) -> list[StepView | None]:
    """Load single steps, by scheme and kind."""
    ids = list(dict.fromkeys(scheme_id for scheme_id, _ in keys))
    found = {found.scheme.id: build_wizard(found) for found in await definitions_by_scheme(operation, ids) if found}
    return [found[scheme_id].step(kind) if scheme_id in found else None for scheme_id, kind in keys]
