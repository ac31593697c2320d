"""How far a scheme of the demo data got: what people did to it, in order, and how long that took."""

from enum import Enum, StrEnum, unique

from msgspec import Struct


class Act(StrEnum):
    """Something that somebody does to a scheme."""

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


class Turn(Struct, frozen=True):
    """An act so many days after the one before it; on the same day, some minutes after it."""

    act: Act
    days: int = 0


_WIZARD = (
    Turn(Act.CREATE),
    Turn(Act.SAVE_BASICS),
    Turn(Act.SAVE_PRODUCTS),
    Turn(Act.SAVE_GEOGRAPHIES),
    Turn(Act.SAVE_VALUES),
    Turn(Act.SAVE_RULES),
)
_SUBMITTED = (*_WIZARD, Turn(Act.SUBMIT, 1))
_RETURNED = (*_SUBMITTED, Turn(Act.REQUEST_CHANGES, 2))
_RESUBMITTED = (*_RETURNED, Turn(Act.REVISE_BASICS, 1), Turn(Act.SUBMIT))


@unique
class Story(Enum):
    """What happened to a scheme so far, named for where that left it."""

    BASICS_PENDING = _WIZARD[:1]
    PRODUCTS_PENDING = _WIZARD[:2]
    GEOGRAPHIES_PENDING = _WIZARD[:3]
    VALUES_PENDING = _WIZARD[:4]
    RULES_PENDING = _WIZARD[:5]
    VARIANT_ADDED = (*_WIZARD, Turn(Act.ADD_VARIANT, 1))
    VARIANT_REMOVED = (*_WIZARD, Turn(Act.REMOVE_VARIANT, 2))
    VARIANTS_REMOVED = (*_WIZARD[:5], Turn(Act.REMOVE_ALL_VARIANTS, 1))
    GEOGRAPHIES_REMOVED = (*_WIZARD[:4], Turn(Act.REMOVE_GEOGRAPHIES, 1))
    COUPONS_ADDED = (*_WIZARD, Turn(Act.ADD_COUPONS, 3))
    REVIEW_PENDING = _WIZARD
    EDITED_AFTER_SUBMISSION = (*_SUBMITTED, Turn(Act.REVISE_BASICS, 1))
    SUBMITTED = _SUBMITTED
    RESUBMITTED = _RESUBMITTED
    CHANGES_REQUESTED = _RETURNED
    REJECTED = (*_SUBMITTED, Turn(Act.REJECT, 3))
    APPROVED = (*_SUBMITTED, Turn(Act.APPROVE, 2))
    APPROVED_AFTER_CHANGES = (*_RESUBMITTED, Turn(Act.APPROVE, 1))

    def __init__(self, *turns: Turn) -> None:
        self.turns = turns


@unique
class Sequel(Enum):
    """What happened to the revision of an approved scheme so far, named for where that left it."""

    DRAFT = (Turn(Act.OPEN_REVISION), Turn(Act.REVISE_BASICS), Turn(Act.CHANGE_RULES), Turn(Act.RESCHEDULE, 1))
    IN_FORCE = (
        Turn(Act.OPEN_REVISION),
        Turn(Act.RAISE_BUDGET),
        Turn(Act.CHANGE_RULES),
        Turn(Act.SUBMIT, 1),
        Turn(Act.APPROVE, 2),
        Turn(Act.TAKE_EFFECT),
    )

    def __init__(self, *turns: Turn) -> None:
        self.turns = turns
