"""The reach of a rule as it is stored with a submission: counts, a verdict, and what excludes everybody.

Parts of a condition are stored by their position in the funnel, and their words come from the submitted rule.
"""

from uuid import UUID

from msgspec import Struct

from domain.rules.phrases import DisplayNames
from domain.rules.reach import ReachVerdict
from domain.stored_facts import StoredFact


class ReachStep(Struct, frozen=True):
    """One part of a rule's condition: how many ECPs meet it and all parts before it, and how many it excludes."""

    remaining: int
    excluded: int


class NoSalePossible(StoredFact, frozen=True, tag="noSalePossible"):
    """No sale meets the part, or none meets it together with the earlier parts at these positions."""

    together_with: tuple[int, ...]


class ActivityNeverDone(StoredFact, frozen=True, tag="activityNeverDone"):
    """No ECP of the scheme ever met the activity clause."""


class OtherTierThere(StoredFact, frozen=True, tag="otherTierThere"):
    """Nobody of the tier asked for works in the place asked for, but `count` ECPs of another tier, or of none, do.

    Without a place, it is the geographies of the scheme. `beyond` says that the place is not inside of them.
    """

    tier_part: int
    place_part: int | None
    tier_id: UUID | None
    count: int
    beyond: bool


class NobodyLeft(StoredFact, frozen=True, tag="nobodyLeft"):
    """The part excludes all whom the parts before it left."""


class ReachAsWritten(StoredFact, frozen=True, tag="asWritten"):
    """The sentence of the reach and the words of its steps, stored as text before facts were."""

    sentence: str
    clauses: tuple[str, ...]


ReachCause = NoSalePossible | ActivityNeverDone | OtherTierThere | NobodyLeft | ReachAsWritten


class RuleReach(Struct, frozen=True, rename="camel"):
    """How many ECPs of the audience could meet a rule. `cause` says why nobody could, and is None if somebody could.

    `names` are those that the sentences need, as they were at the time: what an approver read does not change.
    `compared` are the positions of the parts whose volumes were compared with the sales of the last 12 months, and
    `uncompared` of those with volumes that nothing compares with; `volume_days` stand for the duration of the scheme.
    `sample` is the number of ECPs whose sales were compared; None if they were those of all ECPs. `too_many_sales` says
    that none were compared, as it was before samples.
    """

    rule_id: UUID
    audience: int
    eligible: int
    verdict: ReachVerdict
    funnel: tuple[ReachStep, ...]
    cause: ReachCause | None = None
    names: DisplayNames = DisplayNames()
    compared: tuple[int, ...] = ()
    uncompared: tuple[int, ...] = ()
    volume_days: int | None = None
    too_many_sales: bool = False
    sample: int | None = None

    @property
    def shut_by(self) -> int:
        """The position of the part that excludes the last ECPs; that of the last part if some are left."""
        return next((index for index, step in enumerate(self.funnel) if not step.remaining), len(self.funnel) - 1)
