"""Registrations of long ago, stored a week at a time: the rows that the mutations would have left."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from db.accounts.changes import add_accounts
from db.accounts.rows import AccountRow
from db.codes import next_codes
from db.ecps.changes import NewEcp, add_ecps
from db.notifications.changes import add_notifications
from db.notifications.rows import NewNotification
from domain.ecps.facts import CODE_KIND
from domain.ecps.stored_facts import EcpVerified
from domain.events import EventKind
from domain.permissions import Role
from graphql_api.demo.clock import DemoClock
from graphql_api.demo.ecps.directory import Directory, LoadedEcp
from graphql_api.demo.ecps.ecp_plan import EcpPlan
from graphql_api.demo.notifications.bulk_load import notification_to
from graphql_api.demo.steps import StepContext

# Minutes between an invitation and the registration, drawn between these bounds.
_MINUTES_TO_REGISTER: Final = (5, 40)


async def load_ecps(plans: Sequence[EcpPlan], directory: Directory, context: StepContext) -> None:
    """Store the accounts, ECPs, and notifications of ECPs who registered in one week, with their codes."""
    clock = context.clock
    days = [(clock.days_ago(plan.registered), plan) for plan in plans]
    moments = sorted(days, key=lambda pair: pair[0])
    codes = await _codes(context, [at for at, _ in moments])
    accounts: list[AccountRow] = []
    ecps: list[NewEcp] = []
    notifications: list[NewNotification] = []
    for (at, plan), code in zip(moments, codes, strict=True):
        account = _account(plan, at, context)
        ecp = LoadedEcp(plan=plan, account_id=account.id, ecp_id=clock.id_at(at), code=code)
        directory.ecps[plan] = ecp
        ecps.append(_ecp(ecp, at, context))
        if plan.person is None:
            accounts.append(account)
        notifications += _verification_notifications(ecp, ecps[-1], clock, context)
    await add_accounts(context.session, accounts)
    await add_ecps(context.session, ecps)
    await add_notifications(context.session, notifications)


async def _codes(context: StepContext, moments: Sequence[datetime]) -> list[str]:
    """Take the next codes for registrations at these moments, which are in order."""
    years = [(year, len(list(group))) for year, group in groupby(at.year for at in moments)]
    return [code for year, number in years for code in await next_codes(context.session, CODE_KIND, year, number)]


def _account(plan: EcpPlan, registered_at: datetime, context: StepContext) -> AccountRow:
    at = registered_at - timedelta(minutes=context.clock.random.randint(*_MINUTES_TO_REGISTER))
    account_id = context.clock.id_at(at) if plan.person is None else context.people[plan.person].account_id
    return AccountRow(
        id=account_id,
        display_name=plan.details.display_name,
        email=plan.details.email,
        vendor_id=None,
        created_at=at,
        disabled_at=None,
        roles=[Role.ECP.value],
    )


def _ecp(ecp: LoadedEcp, at: datetime, context: StepContext) -> NewEcp:
    plan = ecp.plan
    place = context.catalog.place(plan.place)
    if plan.verified is None:
        return NewEcp(
            id=ecp.id, code=ecp.code, account_id=ecp.account_id, details=plan.details, place=place, registered_at=at
        )
    tier_id, verified_at = context.catalog.tiers[plan.tier], context.clock.days_ago(plan.verified)
    return NewEcp(
        id=ecp.id,
        code=ecp.code,
        account_id=ecp.account_id,
        details=plan.details,
        place=place,
        registered_at=at,
        tier_id=tier_id,
        verified_at=verified_at,
    )


def _verification_notifications(
    ecp: LoadedEcp, row: NewEcp, clock: DemoClock, context: StepContext
) -> Iterator[NewNotification]:
    if row.verified_at is not None:
        fact = EcpVerified(ecp_id=row.id, code=ecp.code, tier=context.catalog.names[ecp.plan.tier])
        yield notification_to(clock, ecp.account_id, EventKind.ECP_VERIFIED, fact, row.verified_at)
