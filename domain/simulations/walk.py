"""Values the lines of ECPs in canonical order, as if nothing were limited over all ECPs (N7).

Rules decide a line by the functions that the ledger's fold calls. Lines that are alike in everything that rules ask for
are decided once.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.calendar import BEGINNING
from domain.channels import EarningChannel
from domain.points.grants import grant, pay
from domain.points.running_state import RunningState
from domain.rules.evaluation import CompiledRules
from domain.rules.facts import EarnerFacts, LineFacts
from domain.simulations.records import LineRow, moment_of
from domain.simulations.stage import Earner, Stage
from domain.simulations.worths import Worth, Worths

_NOBODY: Final = EarnerFacts()


class _Clock:
    """A line of which only the time is known, for clauses that ask for it."""

    __slots__ = ("at",)

    def __init__(self) -> None:
        self.at: datetime = BEGINNING


class _Decided:
    """What rules earn, and what that is worth; None where limits for each ECP may leave less."""

    __slots__ = ("base", "earned", "worth")

    def __init__(self, base: int, earned: tuple[int, ...]) -> None:
        self.base = base
        self.earned = earned
        self.worth: Worth | None = None


class _Kind:
    """Lines of a variant, sold in the same tier, place, and stretch of time."""

    __slots__ = (
        "base",
        "category_id",
        "channel",
        "compiled",
        "decided",
        "mask",
        "obstructed",
        "product_id",
        "variant_id",
    )

    def __init__(self, stage: Stage, variant: int, moment: int, *, is_coupon: bool, obstructed: bool) -> None:
        self.channel = EarningChannel.COUPON if is_coupon else EarningChannel.SALE
        self.variant_id: UUID = stage.setup.variants[variant]
        self.product_id: UUID = stage.setup.products[variant]
        self.category_id = stage.category_at(variant, moment)
        self.compiled: CompiledRules = stage.compiled_at(moment)
        self.base = stage.revision.base_points.get(self.variant_id, 0)
        self.mask = stage.plan.mask_of(self.channel, self.variant_id)
        self.obstructed = obstructed
        self.decided: dict[tuple[int, tuple[bool, ...]], _Decided] = {}


class Walk:
    """Values lines; what it has decided serves all ECPs."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.worths = Worths(stage.revision.rule_ids)
        self._kinds: dict[tuple[int, int, int, int], _Kind] = {}
        self._clock = _Clock()
        limited = stage.revision.limited
        self._limited = [one.position for one in limited if one.usage is not None]

    def values(self, earner: Earner, lines: Iterable[LineRow], state: RunningState) -> list[Worth]:
        """Value lines of an ECP in canonical order, and change the state."""
        stage, kinds, clock, nothing = self.stage, self._kinds, self._clock, self.worths.nothing
        values: list[Worth] = []
        last, signature, segment, ecp = None, 0, 0, _NOBODY
        for _, sold_at, _, _, _, _, variant, quantity, price, is_coupon in lines:
            if sold_at != last:
                last, segment, span = sold_at, stage.segment(sold_at), earner.at(sold_at)
                signature = stage.sign(span, sold_at) if span.signature is None else span.signature
                ecp = span.facts(state)
                if stage.plan.needs_periods:
                    state.enter(*stage.periods(sold_at))
            kind = kinds.get((signature, segment, variant, is_coupon))
            if kind is None:
                kind = self._add_kind(signature, segment, variant, is_coupon, sold_at)
            if kind.obstructed:
                values.append(nothing)
                continue
            if kind.compiled.reads_time:
                clock.at = moment_of(sold_at)
            key = quantity, kind.compiled.vary(clock, ecp)
            decided = kind.decided.get(key)
            if decided is None:
                decided = kind.decided[key] = self._decide(kind, quantity, sold_at, ecp)
            value = decided.worth
            if value is None:
                value = self._limit(kind, decided, state)
            values.append(value)
            if quantity and kind.mask:
                state.add(kind.mask, quantity, price * quantity)
        return values

    def _add_kind(self, signature: int, segment: int, variant: int, is_coupon: int, moment: int) -> _Kind:
        obstructed = bool(self.stage.obstacles(signature, moment, is_coupon=bool(is_coupon)))
        kind = _Kind(self.stage, variant, moment, is_coupon=bool(is_coupon), obstructed=obstructed)
        self._kinds[signature, segment, variant, is_coupon] = kind
        return kind

    def _decide(self, kind: _Kind, quantity: int, moment: int, ecp: EarnerFacts) -> _Decided:
        line = LineFacts(
            channel=kind.channel,
            variant_id=kind.variant_id,
            product_id=kind.product_id,
            category_id=kind.category_id,
            quantity=quantity,
            base_points=0,
            at=moment_of(moment),
        )
        base = kind.base * quantity
        _, _, earned = kind.compiled.decide(line, ecp, quantity, base)
        if not quantity:
            earned = (0,) * len(earned)
        decided = _Decided(base, earned)
        if not any(earned[position] for position in self._limited):
            # No state is read without such a limit.
            decided.worth = self._grant(kind, decided, RunningState(self.stage.plan, ""))
        return decided

    def _limit(self, kind: _Kind, decided: _Decided, state: RunningState) -> Worth:
        worth = self._grant(kind, decided, state)
        pay(self.stage.revision, worth.points, state)
        return worth

    def _grant(self, kind: _Kind, decided: _Decided, state: RunningState) -> Worth:
        base, points, reductions = grant(
            self.stage.revision,
            kind.compiled.reducer,
            (decided.base, decided.earned),
            None,
            state=state,
            budget=None,
            pools={},
        )
        return self.worths.find(decided.base, decided.earned, base=base, points=points, reductions=reductions)
