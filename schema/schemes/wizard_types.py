"""Types of the progress of the wizard."""

import strawberry

from schema.fields import computed, leaf
from schema.schemes.enums import WizardStepKind, WizardStepState
from schema.schemes.review_types import WizardProblem


@strawberry.type(description="A step of the wizard.")
class WizardStep:
    kind: WizardStepKind = leaf("The kind of step.")
    position: int = computed(lambda step: step.kind.position, "The position in the wizard, from 1.")
    label: str = computed(lambda step: step.kind.label, "The name of the step.")
    state: WizardStepState = leaf("The progress of the step.")
    version: int = leaf("How often the step was saved. Send it as `expectedVersion` with the next save.")
    problems: list[WizardProblem] = leaf("What is missing or wrong in the step.")


@strawberry.type(description="The progress of the wizard.")
class SchemeWizard:
    current_step: WizardStepKind = leaf("The first incomplete step; the last step if all are complete.")
    steps: list[WizardStep] = leaf("All five steps, in order.")
