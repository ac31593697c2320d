"""The database of a measurement: a catalog, vendors with an account each, and approved schemes to execute."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import uuid_utils.compat
from msgspec import Struct
from sqlalchemy import make_url

from benchmarks.servers import ROOT
from benchmarks.sql import execute
from db.accounts.changes import add_accounts
from db.accounts.rows import AccountRow
from db.catalog.changes import CatalogRow, put_rows
from db.catalog.rows import CategoryRow, GeographyRow, ProductRow, TierRow, VariantRow, VendorRow
from db.database import Database
from db.embedded.server import EmbeddedPostgres
from domain.catalog.facts import GeographyLevel, VendorKind
from domain.coupons.keys import CouponKeys
from domain.links import LinkSigner
from domain.permissions import Role
from domain.viewers import Viewer
from graphql_api.context import Environment, utc_now
from migrations import run as migrations

FOLDER: Final = ROOT / ".tessera" / "bench-custody"
# The output of servers, kept until the next run.
LOGS: Final = ROOT / ".tessera" / "bench-logs"
VENDORS: Final = 50
# The settings of a small dedicated server, with full durability.
_SETTINGS: Final = {
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "checkpoint_timeout": "30min",
    "max_wal_size": "4GB",
    "max_connections": "200",
}
# A run keeps no codes, so it needs no secret that is one.
_SECRET: Final = b"the secret of the benchmark's own coupons"
SECRETS: Final = {
    "TESSERA_COUPON_KEYS": f"1:{base64.b64encode(_SECRET).decode()}",
    "TESSERA_LINK_SECRET": base64.b64encode(_SECRET).decode(),
}
_STAFF: Final = (Role.PROGRAM_MANAGER, Role.APPROVER, Role.OPERATIONS, Role.INTEGRATION)


class Catalog(Struct, frozen=True):
    """What schemes are made of, and the vendors: as many printers as `VENDORS`, then a packager and a factory."""

    variant_ids: tuple[UUID, ...]
    geography_id: UUID
    tier_id: UUID
    vendors: tuple[VendorRow, ...]

    @property
    def printers(self) -> tuple[VendorRow, ...]:
        """The vendors that begin chains."""
        return self.vendors[:VENDORS]

    def chain(self, printer: int = 0) -> tuple[UUID, ...]:
        """A printer, the packager, and the factory."""
        return (self.vendors[printer].id, self.vendors[VENDORS].id, self.vendors[VENDORS + 1].id)


class Place(Struct, frozen=True):
    """A database: its addresses for its owner and for the application, and those who act in it."""

    owner_url: str
    url: str
    postmaster: int
    catalog: Catalog
    accounts: dict[UUID | Role, Viewer]

    def viewer(self, who: UUID | Role) -> Viewer:
        """The account of a vendor, or that of a role."""
        return self.accounts[who]


@contextlib.contextmanager
def embedded_server(folder: Path = FOLDER) -> Iterator[EmbeddedPostgres]:
    """A running PostgreSQL for the length of the block."""
    LOGS.mkdir(parents=True, exist_ok=True)
    server = EmbeddedPostgres(folder, _SETTINGS)
    with server.hold():
        yield server


@contextlib.contextmanager
def fresh_place(server: EmbeddedPostgres, name: str, template: str | None = None) -> Iterator[Place]:
    """A new database without schemes, dropped after the block: migrated, or a copy of a migrated one."""
    server_url = server.start()
    owner_url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    copied = f" TEMPLATE {template}" if template else ""
    asyncio.run(execute(server_url, drop, f"CREATE DATABASE {name}{copied}"))
    try:
        url = server.for_application(owner_url)
        if template is None:
            migrations.upgrade(owner_url, application=make_url(url).username)
        yield asyncio.run(fill_place(owner_url, url))
    finally:
        asyncio.run(execute(server_url, drop))


@contextlib.asynccontextmanager
async def opened(place: Place, *, pool_size: int = 4) -> AsyncIterator[Environment]:
    """An environment on the database, as the application connects to it."""
    database = await Database.connect(place.url, pool_size=pool_size, statement_timeout=120)
    try:
        yield Environment(database=database, coupon_keys=CouponKeys({1: _SECRET}), links=LinkSigner(_SECRET))
    finally:
        await database.close()


async def analyze(place: Place) -> None:
    """Let PostgreSQL know how much there is, as it does by itself after a while."""
    await execute(place.owner_url, "VACUUM ANALYZE")


async def fill_place(owner_url: str, url: str) -> Place:
    """Store a catalog and accounts in a migrated database without any, with its addresses for its owner and ours."""
    catalog, rows = _catalog()
    accounts = [_account(role.value.title(), role) for role in _STAFF]
    accounts += [_account(vendor.name, Role.VENDOR, vendor.id) for vendor in catalog.vendors]
    database = await Database.connect(url, pool_size=2)
    try:
        async with database.writing() as session:
            for some in rows:
                await put_rows(session, some, utc_now())
            await add_accounts(session, accounts)
    finally:
        await database.close()
    viewers = {account.vendor_id or Role(account.roles[0]): _viewer(account) for account in accounts}
    return Place(
        owner_url=owner_url,
        url=url,
        postmaster=await _postmaster(owner_url),
        catalog=catalog,
        accounts=viewers,
    )


def _catalog() -> tuple[Catalog, Sequence[Sequence[CatalogRow]]]:
    new_id = uuid_utils.compat.uuid7
    category = CategoryRow(new_id(), "Engine oil")
    product = ProductRow(
        id=new_id(), name="Amber Oil", category_id=category.id, category=category.name, brand="Tessera"
    )
    variants = [
        VariantRow(id=new_id(), sku=f"AMB-{size}L", name=f"{size} liters", product_id=product.id)
        for size in (1, 2, 4, 5, 8)
    ]
    country = GeographyRow(id=new_id(), code="INDIA", name="India", level=GeographyLevel.COUNTRY.value, parent_id=None)
    tier = TierRow(id=new_id(), code="GOLD", name="Gold", rank=1)
    kinds = [*([VendorKind.PRINTER] * VENDORS), VendorKind.PACKAGER, VendorKind.FACTORY]
    vendors = [
        VendorRow(
            id=new_id(), code=f"VND-{number}", name=f"{kind.value.title()} {number}", kind=kind.value, city="Pune"
        )
        for number, kind in enumerate(kinds, 1)
    ]
    catalog = Catalog(
        variant_ids=tuple(variant.id for variant in variants),
        geography_id=country.id,
        tier_id=tier.id,
        vendors=tuple(vendors),
    )
    return catalog, ([category], [product], variants, [country], [tier], vendors)


def _account(name: str, role: Role, vendor_id: UUID | None = None) -> AccountRow:
    return AccountRow(
        id=uuid_utils.compat.uuid7(),
        display_name=name,
        email=None,
        vendor_id=vendor_id,
        created_at=utc_now(),
        disabled_at=None,
        roles=[role.value],
    )


def _viewer(account: AccountRow) -> Viewer:
    return Viewer(
        account_id=account.id,
        display_name=account.display_name,
        email=None,
        roles=frozenset(Role(role) for role in account.roles),
        vendor_id=account.vendor_id,
    )


async def _postmaster(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        folder = await connection.fetchval("SELECT current_setting('data_directory')")
    finally:
        await connection.close()
    return int((Path(folder) / "postmaster.pid").read_text("ascii").split("\n")[0])
