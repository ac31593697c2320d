"""The steps that people took with the revision of a demo scheme."""

from enum import Enum, unique

from graphql_api.demo.schemes.scenarios import ScenarioStep, SchemeStep


@unique
class RevisionScenario(Enum):
    """The steps of the revision of an approved scheme so far, named for the state that they led to."""

    DRAFT = (
        ScenarioStep(SchemeStep.OPEN_REVISION),
        ScenarioStep(SchemeStep.REVISE_BASICS),
        ScenarioStep(SchemeStep.CHANGE_RULES),
        ScenarioStep(SchemeStep.RESCHEDULE, 1),
    )
    IN_FORCE = (
        ScenarioStep(SchemeStep.OPEN_REVISION),
        ScenarioStep(SchemeStep.RAISE_BUDGET),
        ScenarioStep(SchemeStep.CHANGE_RULES),
        ScenarioStep(SchemeStep.SUBMIT, 1),
        ScenarioStep(SchemeStep.APPROVE, 2),
        ScenarioStep(SchemeStep.TAKE_EFFECT),
    )

    def __init__(self, *steps: ScenarioStep) -> None:
        self.steps = steps
