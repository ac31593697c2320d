"""The environment of operations: the database, the clock, new ids, policies, and secrets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat

from db.database import Database
from domain.accounts.registration_limits import RegistrationLimits
from domain.coupons.keys import CouponKeys
from domain.coupons.labels import QrTemplate
from domain.epcis.identifiers import DEFAULT_BASE
from domain.links import LinkSigner
from domain.rules.reach import ReachPolicy
from domain.sales.facts import SalesPolicy
from domain.viewers import Viewer
from domain.webhooks.addresses import WebhookPolicy
from resolvers.context import Operation
from resolvers.file_store import FileStore
from resolvers.group_commit import GroupCommits


def utc_now() -> datetime:
    """Return the current moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Everything that operations share. Tests and demo data bring their own clock and ids.

    Operations share transactions only with those of the same environment, so never with those of another clock.
    """

    database: Database
    clock: Callable[[], datetime] = field(default=utc_now)
    new_id: Callable[[], UUID] = field(default=uuid_utils.compat.uuid7)
    webhooks: WebhookPolicy = field(default_factory=WebhookPolicy)
    reach_policy: ReachPolicy = field(default_factory=ReachPolicy)
    sales_policy: SalesPolicy = field(default_factory=SalesPolicy)
    coupon_keys: CouponKeys = field(default_factory=CouponKeys)
    qr_template: QrTemplate = field(default_factory=QrTemplate)
    links: LinkSigner = field(default_factory=LinkSigner)
    files: FileStore | None = None
    identifier_base: str = DEFAULT_BASE
    registrations: RegistrationLimits = field(default_factory=RegistrationLimits)
    groups: GroupCommits = field(init=False, default_factory=GroupCommits)

    def operation(self, viewer: Viewer | None, *, fresh: bool = False) -> Operation:
        """Start an operation of this viewer, at this moment; a `fresh` one reads from the primary."""
        return Operation(
            self.database,
            viewer,
            now=self.clock(),
            clock=self.clock,
            new_id=self.new_id,
            fresh=fresh,
            webhooks=self.webhooks,
            reach_policy=self.reach_policy,
            sales_policy=self.sales_policy,
            coupon_keys=self.coupon_keys,
            qr_template=self.qr_template,
            links=self.links,
            files=self.files,
            identifier_base=self.identifier_base,
            groups=self.groups,
            begin=self._begin,
            registrations=self.registrations,
        )

    def _begin(self) -> Operation:
        return self.operation(None)
