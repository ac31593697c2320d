"""The ledger's part of a place: ECPs who are enrolled in schemes that began weeks ago, and commissioned coupons."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from typing import Final
from uuid import UUID

import uuid_utils.compat
from msgspec import Struct

from benchmarks.custody.acting import Actors
from benchmarks.custody.place import Place
from db.accounts.changes import add_accounts
from db.accounts.rows import AccountRow
from db.ecps.changes import NewEcp, add_ecps
from db.ecps.rows import EcpPlace
from db.enrollments.changes import add_enrollments
from db.enrollments.rows import EnrollmentRow
from domain.channels import EarningChannel
from domain.ecps.inputs import EcpDetails
from domain.enrollments.facts import EnrollmentStatus
from domain.money import Money
from domain.permissions import Role
from domain.rules.model import BonusRule
from domain.schemes.content import Basics, CouponValue
from graphql_api.context import Environment, utc_now
from resolvers.consignments.commission_coupons import CommissionCoupons, commission_coupons
from resolvers.context import Operation
from resolvers.schemes.approve_scheme import ApproveScheme, approve_scheme
from resolvers.schemes.create_scheme import CreateScheme, create_scheme
from resolvers.schemes.definitions import definitions_by_scheme
from resolvers.schemes.save_scheme_basics import SaveSchemeBasics, save_scheme_basics
from resolvers.schemes.save_scheme_bonus_rules import RuleDraft, SaveSchemeBonusRules, save_scheme_bonus_rules
from resolvers.schemes.save_scheme_coupon_values import SaveSchemeCouponValues, save_scheme_coupon_values
from resolvers.schemes.save_scheme_geographies import SaveSchemeGeographies, save_scheme_geographies
from resolvers.schemes.save_scheme_products import SaveSchemeProducts, save_scheme_products
from resolvers.schemes.submit_scheme import SubmitScheme, submit_scheme

# Days before now: when schemes are approved, when ECPs register, and when schemes begin.
APPROVED: Final = 70
REGISTERED: Final = 65
BEGAN: Final = 55
CURRENCY: Final = "USD"
# SKUs of the catalog of these measurements, in the order of its variants.
SKUS: Final = tuple(f"AMB-{size}L" for size in (1, 2, 4, 5, 8))

_numbers: Final = count(1)


class Ecp(Struct, frozen=True):
    """An ECP with an account."""

    id: UUID
    code: str
    account_id: UUID


class SchemeTerms(Struct, frozen=True, kw_only=True):
    """What a scheme pays: base points for each unit of every variant, rules, a budget, and the value of a point."""

    title: str
    rules: tuple[BonusRule, ...] = ()
    base_points: int = 10
    budget: int | None = None
    channels: tuple[EarningChannel, ...] = (EarningChannel.SALE,)
    coupons: int = 0
    point_value: Money | None = None
    minimum_payout: int | None = None
    expire_after_days: int | None = None
    # Days before now: when the scheme ended; without it, it goes on.
    ended: int | None = None


async def add_members(environment: Environment, place: Place, scheme_ids: Sequence[UUID], number: int) -> list[Ecp]:
    """Store active ECPs who are enrolled in schemes since the schemes began."""
    registered, enrolled = _days_ago(REGISTERED), _days_ago(BEGAN + 1)
    ecps = [
        Ecp(uuid_utils.compat.uuid7(), f"ECP-2026-{next(_numbers):06}", uuid_utils.compat.uuid7())
        for _ in range(number)
    ]
    accounts = [_account(ecp, registered) for ecp in ecps]
    enrollments = [_enrollment(place, ecp, scheme_id, enrolled) for scheme_id in scheme_ids for ecp in ecps]
    async with environment.database.writing() as session:
        await add_accounts(session, accounts)
        await add_ecps(session, [_ecp(place, ecp, registered) for ecp in ecps])
        await add_enrollments(session, enrollments)
    return ecps


async def begun_scheme(environment: Environment, place: Place, terms: SchemeTerms) -> UUID:
    """Approve a scheme, with sales or coupons of each variant, that began weeks ago."""
    at = _days_ago(APPROVED)
    past = replace(environment, clock=lambda: at)
    catalog = place.catalog

    def act(role: Role = Role.PROGRAM_MANAGER) -> Operation:
        return past.operation(place.viewer(role))

    scheme_id = await create_scheme(act(), CreateScheme(terms.title, terms.channels))
    await save_scheme_basics(act(), SaveSchemeBasics(scheme_id, 0, _basics(terms, at)))
    await save_scheme_products(act(), SaveSchemeProducts(scheme_id, 0, catalog.variant_ids))
    await save_scheme_geographies(act(), SaveSchemeGeographies(scheme_id, 0, (catalog.geography_id,)))
    values = tuple(CouponValue(variant, terms.base_points, terms.coupons) for variant in catalog.variant_ids)
    await save_scheme_coupon_values(act(), SaveSchemeCouponValues(scheme_id, 0, values))
    drafts = tuple(RuleDraft(None, rule) for rule in terms.rules)
    await save_scheme_bonus_rules(act(), SaveSchemeBonusRules(scheme_id, 0, drafts))
    reading = act()
    (definition,) = await definitions_by_scheme(reading, [scheme_id])
    await reading.close()
    assert definition is not None
    await submit_scheme(act(), SubmitScheme(scheme_id, definition.content_hash, acknowledge_warnings=True))
    return await approve_scheme(act(Role.APPROVER), ApproveScheme(scheme_id, definition.content_hash, None))


async def commissioned(environment: Environment, place: Place, scheme_id: UUID, quantity: int) -> None:
    """Generate coupons of a scheme, and bring so many of the first variant into products: ECPs can redeem them."""
    at = _days_ago(BEGAN - 1)
    actors = Actors(replace(environment, clock=lambda: at), place)
    chain = place.catalog.chain()
    await actors.generate(scheme_id)
    consignment_id = await actors.create(scheme_id, chain, quantity)
    await actors.produce(consignment_id, chain[0], quantity)
    batch_id: UUID | None = None
    for sender, receiver in pairwise(chain):
        batch_id = await actors.dispatch(consignment_id, sender, quantity)
        await actors.receive(batch_id, receiver, quantity)
    command = CommissionCoupons(
        consignment_id=consignment_id, batch_id=batch_id, lines=None, occurred_at=None, idempotency_key="commissioned"
    )
    operation = actors.environment.operation(place.viewer(chain[-1]))
    await commission_coupons(operation, command)
    await operation.close()


def _days_ago(days: int) -> datetime:
    return utc_now().replace(microsecond=0) - timedelta(days=days)


def _basics(terms: SchemeTerms, at: datetime) -> Basics:
    first = at.astimezone(UTC).date()
    last = first + timedelta(days=APPROVED + 200 if terms.ended is None else APPROVED - terms.ended)
    return Basics(
        title=terms.title,
        channels=terms.channels,
        description="For workshops.",
        enrollment_opens_on=first + timedelta(days=2),
        enrollment_closes_on=min(first + timedelta(days=APPROVED + 100), last),
        starts_on=first + timedelta(days=APPROVED - BEGAN),
        ends_on=last,
        terms_markdown="Be fair.",
        budget=terms.budget,
        point_value=terms.point_value,
        minimum_payout=terms.minimum_payout,
        points_expire_after_days=terms.expire_after_days,
    )


def _account(ecp: Ecp, at: datetime) -> AccountRow:
    return AccountRow(
        id=ecp.account_id,
        display_name=f"Workshop {ecp.code}",
        email=None,
        vendor_id=None,
        created_at=at,
        disabled_at=None,
        roles=[Role.ECP.value],
    )


def _ecp(place: Place, ecp: Ecp, at: datetime) -> NewEcp:
    catalog = place.catalog
    where = EcpPlace(geography_id=catalog.geography_id, name="India", region_id=None, country_id=catalog.geography_id)
    details = EcpDetails(
        display_name=f"Workshop {ecp.code}",
        practice="Workshop",
        email=f"{ecp.code.lower()}@example.com",
        phone=None,
        license_number=None,
    )
    return NewEcp(
        id=ecp.id,
        code=ecp.code,
        account_id=ecp.account_id,
        details=details,
        place=where,
        registered_at=at,
        tier_id=catalog.tier_id,
        verified_at=at,
    )


def _enrollment(place: Place, ecp: Ecp, scheme_id: UUID, at: datetime) -> EnrollmentRow:
    manager = place.viewer(Role.PROGRAM_MANAGER).account_id
    return EnrollmentRow(
        id=uuid_utils.compat.uuid7(),
        scheme_id=scheme_id,
        ecp_id=ecp.id,
        status=EnrollmentStatus.ENROLLED,
        terms_version=1,
        requested_at=at,
        requested_by=manager,
        enrolled_at=at,
        decided_at=at,
        decided_by=manager,
        reason=None,
        withdrawn_at=None,
        withdrawn_by=None,
    )
