"""Recent and rare steps of ECPs, through the mutations: invitation, registration, verification, and later ones."""

from collections.abc import Sequence

from db.ecps.reads import CODE_OF_ACCOUNT
from domain.ecps.activities import Activity, ActivityOutcome
from domain.permissions import Role
from graphql_api.demo.ecps.activity_plan import SOURCE, PlannedActivity
from graphql_api.demo.ecps.directory import Directory, LoadedEcp
from graphql_api.demo.ecps.ecp_plan import ERASURE, EcpPlan
from graphql_api.demo.steps import StepContext
from resolvers.accounts.upsert_account import UpsertAccount, upsert_account
from resolvers.adjustments.erase_ecp import erase_ecp
from resolvers.ecps.commands import EcpWithReason
from resolvers.ecps.record_activities import RecordActivities, record_activities
from resolvers.ecps.register_ecp import RegisterEcp, register_ecp
from resolvers.ecps.suspend_ecp import suspend_ecp
from resolvers.ecps.verify_ecp import VerifyEcp, verify_ecp


async def invite(plan: EcpPlan, directory: Directory, context: StepContext) -> None:
    """Add an account for the ECP, unless the person has one."""
    details = plan.details
    command = UpsertAccount(
        id=None,
        display_name=details.display_name,
        email=details.email,
        roles=(Role.ECP,),
        vendor_id=None,
        disabled=False,
    )
    known = None if plan.person is None else context.people[plan.person].account_id
    directory.ecps[plan] = LoadedEcp(plan, known or await upsert_account(context.operation, command))


async def register(plan: EcpPlan, directory: Directory, context: StepContext) -> None:
    """Register, signed in as the ECP."""
    ecp = directory.ecps[plan]
    command = RegisterEcp(plan.details, context.catalog.geographies[plan.place])
    ecp.ecp_id = await register_ecp(context.environment.operation(ecp.viewer), command)
    (ecp.code,) = await context.session.fetch(CODE_OF_ACCOUNT, account_id=ecp.account_id)


async def verify(plan: EcpPlan, directory: Directory, context: StepContext) -> None:
    """Verify an ECP and assign the tier."""
    command = VerifyEcp(directory.ecps[plan].id, context.catalog.tiers[plan.tier])
    await verify_ecp(context.operation, command)


async def suspend(plan: EcpPlan, directory: Directory, context: StepContext) -> None:
    """Suspend an ECP, with the planned reason."""
    await suspend_ecp(context.operation, EcpWithReason(directory.ecps[plan].id, plan.suspension))


async def erase(plan: EcpPlan, directory: Directory, context: StepContext) -> None:
    """Erase the personal data of an ECP."""
    await erase_ecp(context.operation, EcpWithReason(directory.ecps[plan].id, ERASURE))


async def record(plans: Sequence[PlannedActivity], directory: Directory, context: StepContext) -> None:
    """Record activities, as the connected system. Raises ValueError when an activity is not recorded."""
    activities = [
        Activity(
            external_id=f"{planned.kind}-{planned.number:05}",
            ecp_code=directory.ecps[planned.ecp].code,
            kind=planned.kind,
            occurred_at=context.clock.days_ago(planned.days_ago),
        )
        for planned in plans
    ]
    results = await record_activities(context.operation, RecordActivities(SOURCE, activities))
    unrecorded = [result for result in results if result.outcome is not ActivityOutcome.RECORDED]
    if unrecorded:
        raise ValueError(f"not recorded: {unrecorded}")
