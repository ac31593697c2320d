"""What ECPs do and what is done about them, through the mutations: what happened lately, and what is rare."""

from collections.abc import Sequence

from db.ecps.reads import CODE_OF_ACCOUNT
from domain.ecps.activities import Activity, ActivityOutcome
from domain.permissions import Role
from graphql_api.demo.community import Community, Member
from graphql_api.demo.doings import SOURCE, Doing
from graphql_api.demo.members import ERASURE, MemberPlan
from graphql_api.demo.telling import Scene
from resolvers.accounts.upsert_account import UpsertAccount, upsert_account
from resolvers.ecps.erase_ecp import erase_ecp
from resolvers.ecps.locking import Decided
from resolvers.ecps.record_activities import RecordActivities, record_activities
from resolvers.ecps.register_ecp import RegisterEcp, register_ecp
from resolvers.ecps.suspend_ecp import suspend_ecp
from resolvers.ecps.verify_ecp import VerifyEcp, verify_ecp


async def invite(plan: MemberPlan, community: Community, scene: Scene) -> None:
    """Make the account, unless there is one."""
    details = plan.details
    command = UpsertAccount(None, details.display_name, details.email, (Role.ECP,), None, disabled=False)
    known = None if plan.person is None else scene.people[plan.person].account_id
    community.members[plan] = Member(plan, known or await upsert_account(scene.operation, command))


async def register(plan: MemberPlan, community: Community, scene: Scene) -> None:
    """Become an ECP."""
    member = community.members[plan]
    command = RegisterEcp(plan.details, scene.catalog.geographies[plan.place])
    member.ecp_id = await register_ecp(scene.environment.operation(member.viewer), command)
    (member.code,) = await scene.session.fetch(CODE_OF_ACCOUNT, account_id=member.account_id)


async def verify(plan: MemberPlan, community: Community, scene: Scene) -> None:
    """Make an ECP active."""
    command = VerifyEcp(community.members[plan].id, scene.catalog.tiers[plan.tier])
    await verify_ecp(scene.operation, command)


async def suspend(plan: MemberPlan, community: Community, scene: Scene) -> None:
    """Keep an ECP from earning."""
    await suspend_ecp(scene.operation, Decided(community.members[plan].id, plan.suspension))


async def erase(plan: MemberPlan, community: Community, scene: Scene) -> None:
    """Forget who an ECP was."""
    await erase_ecp(scene.operation, Decided(community.members[plan].id, ERASURE))


async def report(doings: Sequence[Doing], community: Community, scene: Scene) -> None:
    """Let the connected system report what ECPs did. Raises ValueError when one of these is not recorded."""
    activities = [
        Activity(
            f"{doing.kind}-{doing.number:05}",
            community.members[doing.member].code,
            doing.kind,
            scene.clock.days_ago(doing.days_ago),
        )
        for doing in doings
    ]
    results = await record_activities(scene.operation, RecordActivities(SOURCE, activities))
    refused = [result for result in results if result.outcome is not ActivityOutcome.RECORDED]
    if refused:
        raise ValueError(f"not recorded: {refused}")
