"""The place of the bank test: two schemes whose limits and budget are soon used up, ECPs, and coupons."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct
from uuid_utils.compat import uuid7

from benchmarks.custody.place import Place, opened
from benchmarks.ledger.place import Ecp, SchemeTerms, add_members, begun_scheme, commissioned
from benchmarks.servers import Signer
from db.coupons.reads import RUNS_BY_SCHEME
from domain.channels import EarningChannel
from domain.permissions import Role
from domain.rules.model import BonusRule, FlatPoints, PointsPerUnit, RuleLimits, TierClause

# Odd numbers, so that the last line gets a part of what it earned.
OWN_LIMIT: Final = 203
_ECPS: Final = 25
# The numbers of the rules in the scheme, as entries have them.
SHARED_RULE: Final = 1
OWN_RULE: Final = 2


class Limits(Struct, frozen=True):
    """The limit over all ECPs of a rule of the first scheme, and the budget of the second one."""

    shared: int
    budget: int


class BankPlace(Struct, frozen=True):
    """Where the bank test takes place."""

    place: Place
    port: int
    token: str
    ecps: Sequence[Ecp]
    ecp_tokens: Sequence[str]
    codes: Sequence[str]
    # The two schemes.
    limited: UUID
    budgeted: UUID
    limits: Limits


class Prepared(Struct, frozen=True):
    """The schemes, ECPs, and coupons, before a server serves them."""

    ecps: Sequence[Ecp]
    codes: Sequence[str]
    limited: UUID
    budgeted: UUID
    limits: Limits

    def served(self, place: Place, port: int, signer: Signer) -> BankPlace:
        """The place with tokens for its server."""
        return BankPlace(
            place=place,
            port=port,
            token=signer.token(place.viewer(Role.INTEGRATION).account_id),
            ecps=self.ecps,
            ecp_tokens=[signer.token(ecp.account_id) for ecp in self.ecps],
            codes=self.codes,
            limited=self.limited,
            budgeted=self.budgeted,
            limits=self.limits,
        )


async def prepare_bank(place: Place, limits: Limits, coupons: int) -> Prepared:
    """Approve the schemes, enroll the ECPs in both, and commission coupons of the first one."""
    async with opened(place) as environment:
        tier = TierClause(at_least=place.catalog.tier_id)
        shared = BonusRule(
            id=uuid7(),
            name="Shared by all",
            condition=tier,
            reward=PointsPerUnit(7),
            limits=RuleLimits(points_in_total=limits.shared),
        )
        own = BonusRule(
            id=uuid7(),
            name="Each their own",
            condition=tier,
            reward=FlatPoints(5),
            limits=RuleLimits(points_per_ecp=OWN_LIMIT),
        )
        limited = await begun_scheme(
            environment,
            place,
            SchemeTerms(
                title="Limited Scheme",
                rules=(shared, own),
                channels=(EarningChannel.SALE, EarningChannel.COUPON),
                coupons=coupons,
            ),
        )
        budgeted = await begun_scheme(
            environment, place, SchemeTerms(title="Budgeted Scheme", budget=limits.budget, base_points=3)
        )
        await commissioned(environment, place, limited, coupons)
        ecps = await add_members(environment, place, [limited, budgeted], _ECPS)
        reading = environment.operation(None)
        runs = await reading.fetch(RUNS_BY_SCHEME, ids=[limited])
        await reading.close()
        run = next(run for run in runs if run.variant_id == place.catalog.variant_ids[0])
        serials = range(run.span.first, run.span.first + coupons)
        codes = [code for some in environment.coupon_keys.write_many(serials, run.key_id) for code in some]
    return Prepared(ecps, codes, limited, budgeted=budgeted, limits=limits)
