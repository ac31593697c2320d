"""The context of one operation in the resolvers: viewer, time, and access to the database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from db.database import Database
from db.program.reads import PROGRAM, SHARE_PROGRAM
from db.program.rows import ProgramRow
from db.sessions import Reading, Writing
from db.statement import Statement
from domain.accounts.identities import Newcomer
from domain.accounts.registration_limits import RegistrationLimits
from domain.audit.facts import Origin
from domain.calendar import UTC_CALENDAR, Calendar
from domain.coupons.keys import CouponKeys
from domain.coupons.labels import QrTemplate
from domain.epcis.identifiers import DEFAULT_BASE
from domain.links import LinkSigner
from domain.permissions import Permission
from domain.requests import Forbidden, RegistrationNeeded, Unauthenticated
from domain.rules.reach import ReachPolicy
from domain.sales.facts import SalesPolicy
from domain.stored_facts import StoredFact, names_moment
from domain.viewers import Viewer
from domain.webhooks.addresses import WebhookPolicy
from resolvers.file_store import FileStore, NoFileStore
from resolvers.group_commit import GroupCommits
from resolvers.loading import known_answers

RowT = TypeVar("RowT")


class Operation:
    """One GraphQL operation. `now` is the same moment throughout; `loaders` live as long as the operation.

    `clock` tells the present moment, for what is recorded behind a lock that the operation may have waited for.

    `webhooks` decides which webhook endpoints are accepted, `reach_policy` how many ECPs count as few, and
    `sales_policy` which sales may be reported. Codes of coupons are derived from `coupon_keys`, their QR codes follow
    `qr_template`, and `links` signs links. `files` stores contents of files. Identifiers in EPCIS events begin with
    `identifier_base` where GS1 has none. Operations share transactions by `groups`, and `begin` begins one of
    the server itself, which writes them. `origin` says where the request came from, for the audit log. Every
    transaction begins with its `fence`, and ends with its `seal`: they raise where the operation may no longer write.
    A `newcomer` has no account yet, and may register as often as `registrations` allow.
    """

    def __init__(  # noqa: PLR0913 - the parts of an operation, by name
        self,
        database: Database,
        viewer: Viewer | None,
        *,
        now: datetime,
        new_id: Callable[[], UUID],
        clock: Callable[[], datetime] | None = None,
        fresh: bool = False,
        webhooks: WebhookPolicy | None = None,
        reach_policy: ReachPolicy | None = None,
        sales_policy: SalesPolicy | None = None,
        coupon_keys: CouponKeys | None = None,
        qr_template: QrTemplate | None = None,
        links: LinkSigner | None = None,
        files: FileStore | None = None,
        identifier_base: str = DEFAULT_BASE,
        groups: GroupCommits | None = None,
        begin: "Callable[[], Operation] | None" = None,
        registrations: RegistrationLimits | None = None,
    ) -> None:
        self._database = database
        self._viewer = viewer
        self._reading: Reading = database.reading(fresh=fresh)
        self._statements = 0
        self._program: ProgramRow | None = None
        self.now = now
        self.clock = clock or (lambda: now)
        self.new_id = new_id
        self.webhooks = webhooks or WebhookPolicy()
        self.reach_policy = reach_policy or ReachPolicy()
        self.sales_policy = sales_policy or SalesPolicy()
        self.coupon_keys = coupon_keys or CouponKeys()
        self.qr_template = qr_template or QrTemplate()
        self.links = links or LinkSigner()
        self.files: FileStore = files or cast("FileStore", NoFileStore())
        self.identifier_base = identifier_base
        self.groups = groups or GroupCommits()
        self.registrations = registrations or RegistrationLimits()
        self._begin = begin or (lambda: self)
        self.origin = Origin()
        self.newcomer: Newcomer | None = None
        self.fence: Callable[[Writing], Awaitable[None]] | None = None
        self.seal: Callable[[Writing], Awaitable[None]] | None = None
        # The movements of coupons that this operation has recorded, in order, with their kinds.
        self.movements: list[tuple[UUID, str]] = []
        self._joined: Writing | None = None
        self._aside = asyncio.Lock()
        self.loaders: dict[Any, Any] = {}

    def sign_in(self, viewer: Viewer, program: ProgramRow | None = None) -> None:
        """Set the viewer, until when the operation is anonymous, and the program if it was read with the account."""
        self._viewer = viewer
        self.know_program(program)

    def sign_out(self) -> None:
        """Be without a viewer again, because the account that signed in was not stored."""
        self._viewer = None

    def begin_aside(self) -> "Operation":
        """Begin an operation of the server itself at this moment, which does not end with this one."""
        aside = self._begin()
        aside.know_program(self._program)
        return aside

    @property
    def viewer(self) -> Viewer:
        """The signed-in viewer. Raises RegistrationNeeded for a newcomer, and Unauthenticated for nobody."""
        if self._viewer is None:
            raise Unauthenticated if self.newcomer is None else RegistrationNeeded
        return self._viewer

    @property
    def viewer_or_newcomer(self) -> Viewer:
        """The signed-in viewer, or a newcomer as one without an account and roles. Raises Unauthenticated."""
        if self._viewer is None and self.newcomer is not None:
            return self.newcomer.viewer
        return self.viewer

    @property
    def has_newcomer(self) -> bool:
        """Whether a person without an account makes the request."""
        return self._viewer is None and self.newcomer is not None

    @property
    def account_id(self) -> UUID | None:
        """The account of the viewer; None for an operation of the server itself."""
        return None if self._viewer is None else self._viewer.account_id

    def require(self, permission: Permission) -> Viewer:
        """Return the viewer if a role grants `permission`. Raises what `viewer` raises, and Forbidden."""
        viewer = self.viewer
        if not viewer.may(permission):
            raise Forbidden(permission)
        return viewer

    async def program(self) -> ProgramRow:
        """The program, read at most once unless the operation writes."""
        if self._program is None:
            (self._program,) = await self.fetch(PROGRAM)
        return self._program

    def know_program(self, program: ProgramRow | None) -> None:
        """Take the program as it was read just now, if it was."""
        self._program = program or self._program

    async def calendar(self) -> Calendar:
        """The calendar of the program, in which people read days and times."""
        return (await self.program()).calendar

    async def calendar_for(self, facts: Iterable[StoredFact]) -> Calendar:
        """The calendar for the sentences of stored facts, read only if one of them names a moment.

        Events of subscriptions have an operation each, and few of their sentences need the program.
        """
        return await self.calendar() if any(names_moment(fact) for fact in facts) else UTC_CALENDAR

    async def share_program(self, session: Writing) -> ProgramRow:
        """Keep the program as it is until the transaction ends; call it behind the lock of what changes.

        Transactions that store what depends on the calendar need it.
        """
        (self._program,) = await session.fetch(SHARE_PROGRAM)
        return self._program

    def remember(self, loader: Callable[..., Any], answers: Mapping[Any, Any]) -> None:
        """Keep answers that are already known: the loader, called without arguments, is not asked for them."""
        known_answers(self.loaders, loader).update(answers)

    async def fetch(self, statement: Statement[RowT], **parameters: Any) -> list[RowT]:
        """Fetch all rows. After a write of this operation, reads go to the primary so that they see the commit."""
        return await self._reading.fetch(statement, **parameters)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Writing]:
        """Open one transaction; leaving the block commits it and clears the loaders.

        Within `joining()` it is the transaction that is open already.
        """
        if self._joined is not None:
            yield self._joined
            return
        self.movements.clear()
        async with self._database.writing() as session:
            try:
                if self.fence is not None:
                    await self.fence(session)
                yield session
                if self.seal is not None:
                    await self.seal(session)
            finally:
                self._statements += session.statements
        await self.read_afresh()

    async def read_afresh(self) -> None:
        """See what was committed just now: read from the primary, and forget what is loaded."""
        await self.release()
        self.loaders.clear()
        self._program = None

    async def release(self) -> None:
        """Give back the connection of reads, before waiting for something else. Later reads go to the primary."""
        await self._reading.close()
        self._statements += self._reading.statements
        self._reading = self._database.reading(fresh=True)

    @asynccontextmanager
    async def writing_aside(self) -> AsyncIterator[Writing]:
        """Open a transaction for what a query keeps about itself; its reads go on, and need not see it.

        Fields of a query run at the same time, and take turns here: one query needs one more connection at most.
        """
        async with self._aside, self._database.writing() as session:
            try:
                yield session
            finally:
                self._statements += session.statements

    @asynccontextmanager
    async def joining(self) -> AsyncIterator[Writing]:
        """Open one transaction that the mutations called within the block join: all of them commit, or none."""
        async with self.writing() as session:
            self._joined = session
            try:
                yield session
            finally:
                self._joined = None

    @property
    def statements(self) -> int:
        """The number of SQL statements that the operation has run."""
        return self._statements + self._reading.statements

    async def close(self) -> None:
        """Release the connection of the operation."""
        await self._reading.close()
