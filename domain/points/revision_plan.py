"""What the ledger needs to know about the approved revisions of a scheme, computed once and kept (R21)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from uuid import UUID

from msgspec import Struct

from domain.calendar import FOREVER, Calendar
from domain.channels import EarningChannel
from domain.points.pools import BUDGET
from domain.points.running_state import ZERO_MOMENT, AccountState, VolumeMember
from domain.points.valuation_facts import FactNeeds
from domain.rules.evaluation import CompiledRules, compile_rules
from domain.rules.facts import VolumeKey, needed_activities
from domain.rules.model import RuleLimits, VolumeMeasure, VolumePeriod
from domain.schemes.content import SchemeContent
from domain.schemes.coupon_period import redeemable_until

TierRanks = tuple[tuple[UUID, int], ...]
# Rules of a revision are compiled for the ranks that tiers had; ranks change rarely.
_RANKS_KEPT = 8


class ApprovedRevision(Struct, frozen=True):
    """An approved revision of a scheme."""

    number: int
    effective_at: datetime
    content: SchemeContent


class LimitedRule(Struct, frozen=True):
    """A rule with limits: its position in the revision, and that of its usage in the state if one is kept."""

    position: int
    rule_id: UUID
    usage: int | None
    limits: RuleLimits


class RevisionPlan:
    """One revision: what it includes, what its lines are worth, and where the state keeps what its rules need."""

    def __init__(self, revision: ApprovedRevision, calendar: Calendar) -> None:
        content = revision.content
        basics = content.basics
        self.number = revision.number
        self.effective_at = revision.effective_at
        self.content = content
        self.rules = content.rules
        self.rule_ids = tuple(rule.id for rule in content.rules)
        self.channels = frozenset(basics.channels)
        values = {value.variant_id: value.base_points for value in content.coupon_values}
        # The base points per unit of every variant of the scheme.
        self.base_points: Mapping[UUID, int] = {key: values.get(key, 0) for key in content.variant_ids}
        self.geography_ids = frozenset(content.geography_ids)
        self.starts_at = ZERO_MOMENT if basics.starts_on is None else calendar.start_of_day(basics.starts_on)
        self.ends_at = FOREVER if basics.ends_on is None else calendar.end_of_day(basics.ends_on)
        self.coupons_end_at = redeemable_until(basics.ends_on, basics.grace_days, calendar) or FOREVER
        self.needs = FactNeeds(content.rules)
        self.activities = tuple(needed_activities(content.rules))
        self.positions: Mapping[UUID, int] = {key: position for position, key in enumerate(self.rule_ids)}
        # Those that have limits in any revision, since limits over all ECPs follow the present one.
        self.limited: tuple[LimitedRule, ...] = ()
        self._calendar = calendar
        self._compiled: dict[TierRanks, CompiledRules] = {}

    def end_of(self, channel: EarningChannel) -> datetime:
        """The moment from which lines of a channel earn nothing: coupons pay for some days longer than sales."""
        return self.coupons_end_at if channel is EarningChannel.COUPON else self.ends_at

    @property
    def volumes(self) -> tuple[VolumeKey, ...]:
        """The volumes that its rules ask for, in a fixed order."""
        return self.needs.volumes

    @cached_property
    def limits_in_total(self) -> Mapping[UUID, int]:
        """The limits over all ECPs, by the id of the rule; that of `BUDGET` is the budget."""
        found = {rule.id: rule.limits.points_in_total for rule in self.rules}
        found[BUDGET] = self.content.basics.budget
        return {key: limit for key, limit in found.items() if limit is not None}

    def compiled(self, ranks: TierRanks) -> CompiledRules:
        """Its rules, compiled for the ranks of tiers."""
        found = self._compiled.get(ranks)
        if found is None:
            if len(self._compiled) >= _RANKS_KEPT:
                self._compiled.clear()
            found = self._compiled[ranks] = compile_rules(self.rules, dict(ranks), self._calendar)
        return found


class SchemePlan:
    """The approved revisions of a scheme, in the order of their numbers, and the layout of the state of its accounts.

    The layout only grows with further revisions: what it keeps of earlier ones stays where it is.
    """

    def __init__(self, revisions: Sequence[ApprovedRevision], calendar: Calendar) -> None:
        self.calendar = calendar
        self.revisions = [RevisionPlan(one, calendar) for one in sorted(revisions, key=lambda one: one.number)]
        self.newest = max((one.number for one in self.revisions), default=0)
        self.by_number = {one.number: one for one in self.revisions}
        self._by_time = sorted(self.revisions, key=lambda one: one.effective_at)
        volumes: dict[VolumeKey, None] = {}
        usages: dict[UUID, int] = {}
        # How many volumes the layout had with each revision.
        self.sizes: dict[int, int] = {}
        for one in self.revisions:
            volumes.update(dict.fromkeys(one.volumes))
            self.sizes[one.number] = len(volumes)
            for rule in one.rules:
                if limits_each_ecp(rule.limits):
                    usages.setdefault(rule.id, len(usages))
        limited = {rule.id for one in self.revisions for rule in one.rules if rule.limits != RuleLimits()}
        for one in self.revisions:
            one.limited = tuple(
                LimitedRule(position=position, rule_id=rule.id, usage=usages.get(rule.id), limits=rule.limits)
                for position, rule in enumerate(one.rules)
                if rule.id in limited
            )
        self.volumes: tuple[VolumeKey, ...] = tuple(volumes)
        self.usages: tuple[UUID, ...] = tuple(usages)
        self.counts_value = any(key.measure is VolumeMeasure.VALUE for key in volumes)
        self.month_volumes = [at for at, key in enumerate(volumes) if key.period is VolumePeriod.MONTH]
        self.week_volumes = [at for at, key in enumerate(volumes) if key.period is VolumePeriod.WEEK]
        # Their keys are variants of the scheme, and what these lead to.
        self._sale_masks: dict[UUID, int] = {}
        self._coupon_masks: dict[UUID, int] = {}
        self._members: dict[int, list[VolumeMember]] = {}
        self.needs_periods = bool(self.month_volumes or self.week_volumes or usages)

    def fits(self, state: AccountState, currency: str) -> bool:
        """Whether a stored state has everything that the present revisions need."""
        sizes = len(state.volumes), len(state.usages)
        return state.currency == currency and sizes == (len(self.volumes), 3 * len(self.usages))

    def mask_of(self, channel: EarningChannel, variant_id: UUID) -> int:
        """The volumes in which a line counts, a bit for each: sales in units and value, redeemed coupons in coupons."""
        masks = self._coupon_masks if channel is EarningChannel.COUPON else self._sale_masks
        known = masks.get(variant_id)
        if known is None:
            known = 0
            for at, key in enumerate(self.volumes):
                is_coupon = key.measure is VolumeMeasure.COUPONS
                of_channel = is_coupon == (channel is EarningChannel.COUPON)
                if of_channel and (not key.variant_ids or variant_id in key.variant_ids):
                    known |= 1 << at
            masks[variant_id] = known
        return known

    def members(self, mask: int) -> Sequence[VolumeMember]:
        """The volumes of a mask."""
        found = self._members.get(mask)
        if found is None:
            found = self._members[mask] = [
                (at, key, key.measure is VolumeMeasure.VALUE) for at, key in enumerate(self.volumes) if mask >> at & 1
            ]
        return found

    def in_force(self, at: datetime) -> RevisionPlan | None:
        """The revision in force at a moment; None before the first."""
        found = None
        for one in self._by_time:
            if one.effective_at > at:
                break
            found = one
        return found

    def limiting(self, at: datetime) -> RevisionPlan | None:
        """The revision whose limits over all ECPs hold at a moment: the first one also before it takes effect."""
        return self.in_force(at) or next(iter(self._by_time), None)


def limits_each_ecp(limits: RuleLimits) -> bool:
    """Whether a rule has a limit for each ECP."""
    each = (limits.points_per_ecp, limits.points_per_ecp_per_month, limits.times_per_ecp)
    return any(limit is not None for limit in each)
