"""Scenarios of the demo schemes: the steps that people took, in order, and the days between them."""

from enum import Enum, StrEnum, unique

from msgspec import Struct


class SchemeStep(StrEnum):
    """A kind of step that a person takes with a scheme."""

    CREATE = "CREATE"
    INVITE = "INVITE"
    SAVE_BASICS = "SAVE_BASICS"
    SAVE_PRODUCTS = "SAVE_PRODUCTS"
    SAVE_GEOGRAPHIES = "SAVE_GEOGRAPHIES"
    SAVE_VALUES = "SAVE_VALUES"
    SAVE_RULES = "SAVE_RULES"
    ADD_VARIANT = "ADD_VARIANT"
    REMOVE_VARIANT = "REMOVE_VARIANT"
    REMOVE_ALL_VARIANTS = "REMOVE_ALL_VARIANTS"
    REMOVE_GEOGRAPHIES = "REMOVE_GEOGRAPHIES"
    ADD_COUPONS = "ADD_COUPONS"
    REVISE_BASICS = "REVISE_BASICS"
    SUBMIT = "SUBMIT"
    APPROVE = "APPROVE"
    REQUEST_CHANGES = "REQUEST_CHANGES"
    REJECT = "REJECT"
    OPEN_REVISION = "OPEN_REVISION"
    RAISE_BUDGET = "RAISE_BUDGET"
    CHANGE_RULES = "CHANGE_RULES"
    RESCHEDULE = "RESCHEDULE"
    TAKE_EFFECT = "TAKE_EFFECT"


class ScenarioStep(Struct, frozen=True):
    """A step this many days after the previous one; with 0 days, some minutes after it."""

    kind: SchemeStep
    days: int = 0


_WIZARD = (
    ScenarioStep(SchemeStep.CREATE),
    ScenarioStep(SchemeStep.SAVE_BASICS),
    ScenarioStep(SchemeStep.SAVE_PRODUCTS),
    ScenarioStep(SchemeStep.SAVE_GEOGRAPHIES),
    ScenarioStep(SchemeStep.SAVE_VALUES),
    ScenarioStep(SchemeStep.SAVE_RULES),
)
_SUBMITTED = (*_WIZARD, ScenarioStep(SchemeStep.SUBMIT, 1))
_RETURNED = (*_SUBMITTED, ScenarioStep(SchemeStep.REQUEST_CHANGES, 2))
_RESUBMITTED = (*_RETURNED, ScenarioStep(SchemeStep.REVISE_BASICS, 1), ScenarioStep(SchemeStep.SUBMIT))


@unique
class Scenario(Enum):
    """The steps of a scheme so far, named for the state that they led to."""

    BASICS_PENDING = _WIZARD[:1]
    PRODUCTS_PENDING = _WIZARD[:2]
    GEOGRAPHIES_PENDING = _WIZARD[:3]
    VALUES_PENDING = _WIZARD[:4]
    RULES_PENDING = _WIZARD[:5]
    VARIANT_ADDED = (*_WIZARD, ScenarioStep(SchemeStep.ADD_VARIANT, 1))
    VARIANT_REMOVED = (*_WIZARD, ScenarioStep(SchemeStep.REMOVE_VARIANT, 2))
    VARIANTS_REMOVED = (*_WIZARD[:5], ScenarioStep(SchemeStep.REMOVE_ALL_VARIANTS, 1))
    GEOGRAPHIES_REMOVED = (*_WIZARD[:4], ScenarioStep(SchemeStep.REMOVE_GEOGRAPHIES, 1))
    COUPONS_ADDED = (*_WIZARD, ScenarioStep(SchemeStep.ADD_COUPONS, 3))
    REVIEW_PENDING = _WIZARD
    EDITED_AFTER_SUBMISSION = (*_SUBMITTED, ScenarioStep(SchemeStep.REVISE_BASICS, 1))
    SUBMITTED = _SUBMITTED
    RESUBMITTED = _RESUBMITTED
    CHANGES_REQUESTED = _RETURNED
    REJECTED = (*_SUBMITTED, ScenarioStep(SchemeStep.REJECT, 3))
    APPROVED = (*_SUBMITTED, ScenarioStep(SchemeStep.APPROVE, 2))
    APPROVED_AFTER_CHANGES = (*_RESUBMITTED, ScenarioStep(SchemeStep.APPROVE, 1))

    def __init__(self, *steps: ScenarioStep) -> None:
        self.steps = steps
