"""Fills an empty database with the demo data, in one transaction and through the mutations that clients call.

Only old registrations and enrollments take a shortcut that leaves the same rows: see `graphql_api.demo.bulk_load`.
"""

from datetime import datetime
from typing import Final

from db.accounts.pages import account_count
from db.database import Database
from db.sessions import DuplicateKey, Writing
from domain.coupons.keys import CouponKeys
from domain.jobs.facts import JobKind
from domain.time_zones import find_calendar
from domain.viewers import Viewer
from graphql_api.context import Environment
from graphql_api.demo.accounts.people import create_accounts, put_first_admin
from graphql_api.demo.catalog.catalog import put_catalog
from graphql_api.demo.clock import TIME_ZONE, DemoClock
from graphql_api.demo.consignments.past_coupons import PAST_COUPONS
from graphql_api.demo.consignments.present_coupons import PRESENT_COUPONS
from graphql_api.demo.consignments.timeline import coupon_steps
from graphql_api.demo.history.size import HistoryParameters, HistorySize
from graphql_api.demo.notifications.reading import reading_steps
from graphql_api.demo.schemes.all_schemes import SCHEMES
from graphql_api.demo.schemes.progress import start_scheme
from graphql_api.demo.schemes.timeline import scheme_steps
from graphql_api.demo.steps import StepContext
from graphql_api.demo.timeline import ecp_steps
from graphql_api.transaction import TransactionDatabase
from resolvers.file_store import FileStore
from resolvers.jobs.enqueue import enqueue_job
from resolvers.program.update_program import UpdateProgram, update_program

# GS1 has reserved the prefix 952 for demonstrations and examples.
PREFIX: Final = "9521234"
PROGRAM: Final = UpdateProgram(
    name="Amberlane Rewards", time_zone=TIME_ZONE, currency="INR", locale="en-IN", gs1_company_prefix=PREFIX
)
# A server on a developer's machine has one key with this id. Its secret is another: no code is derived from this one.
DEMO_KEYS: Final = CouponKeys({1: bytes(32)})
COUPONS: Final = (*PAST_COUPONS, *PRESENT_COUPONS)


async def load_demo(
    database: Database,
    now: datetime,
    coupon_keys: CouponKeys = DEMO_KEYS,
    files: FileStore | None = None,
    *,
    history: HistorySize | None = None,
) -> bool:
    """Load the demo data unless the database has an account; return whether it was loaded.

    Sales and redemptions follow in a job, which is queued here: a `history` of so many. Without it there are none.

    `coupon_keys` are those of the server that derives the codes of the coupons; the data hold only ids of keys. `files`
    store the contents of artwork; without them, only their rows exist.
    The same `now` gives the same data, all of it before `now`; only ids of notifications are drawn by PostgreSQL.
    All or nothing is stored, also when several processes load at once.
    """
    if await _has_accounts(database):
        return False
    try:
        async with database.writing() as session:
            clock = DemoClock(now, find_calendar(TIME_ZONE))
            environment = Environment(
                database=TransactionDatabase(session),
                clock=clock,
                new_id=clock.new_id,
                coupon_keys=coupon_keys,
                files=files,
            )
            admin = await _fill(environment, session, clock)
            if history is not None:
                clock.set_to(now)
                parameters = HistoryParameters(loaded_at=now, size=history)
                total = history.sales + history.redemptions
                await enqueue_job(environment.operation(admin), session, JobKind.DEMO_HISTORY, parameters, total=total)
    except DuplicateKey as duplicate:
        # Another process has loaded meanwhile: our first account waited until theirs was committed.
        if duplicate.constraint != "uq_account__email_key":
            raise
        return False
    return True


async def _has_accounts(database: Database) -> bool:
    reading = database.reading(fresh=True)
    try:
        (count,) = await reading.fetch(account_count(searched=False, with_role=False))
    finally:
        await reading.close()
    return count > 0


async def _fill(environment: Environment, session: Writing, clock: DemoClock) -> Viewer:
    """Store everything but the history, and return the administrator."""
    admin = await put_first_admin(session, clock)
    await update_program(environment.operation(admin), PROGRAM)
    catalog = await put_catalog(session, clock.new_id, clock.now)
    people = await create_accounts(environment, clock, admin, catalog.vendors)
    schemes = [start_scheme(plan, catalog, clock) for plan in SCHEMES]
    # In order of time, so that codes, ids, and times agree.
    steps = (
        *scheme_steps(schemes, clock),
        *ecp_steps(schemes, clock),
        *reading_steps(clock),
        *coupon_steps(COUPONS, schemes, clock),
    )
    for step in sorted(steps, key=lambda step: step.at):
        clock.set_to(step.at)
        operation = environment.operation(people[step.actor])
        await step.run(
            StepContext(
                environment=environment,
                clock=clock,
                operation=operation,
                session=session,
                catalog=catalog,
                people=people,
            )
        )
    return admin
