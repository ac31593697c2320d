"""An account of each role and a small catalog: what nearly every test needs."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid5

from db.accounts.changes import add_accounts
from db.accounts.rows import AccountRow
from db.catalog.changes import put_rows
from db.catalog.rows import CategoryRow, GeographyRow, ProductRow, TierRow, VariantRow, VendorRow
from db.database import Database
from domain.catalog.facts import GeographyLevel, VendorKind
from domain.permissions import Role
from domain.viewers import Viewer
from graphql_api.context import Environment
from tests.support.databases import Cleaner
from tests.support.remembered import RememberingDatabase

SPACE = UUID("0190a5a0-0000-7000-8000-000000000000")
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """The accounts and catalog of the tests."""

    accounts: dict[str, AccountRow]
    tiers: dict[str, TierRow]
    geographies: dict[str, GeographyRow]
    categories: dict[str, CategoryRow]
    products: dict[str, ProductRow]
    variants: dict[str, VariantRow]
    vendors: dict[str, VendorRow]
    # The ECPs of accounts, as the factory of ECPs registers them.
    ecps: dict[UUID, UUID] = field(default_factory=dict)

    def viewer(self, name: str | Role) -> Viewer:
        """The viewer of an account: a role's name, or "second manager" or "manager and approver"."""
        account = self.accounts[str(name)]
        roles = frozenset(Role(role) for role in account.roles)
        ecp_id = self.ecps.get(account.id)
        return Viewer(
            account_id=account.id,
            display_name=account.display_name,
            email=account.email,
            roles=roles,
            vendor_id=account.vendor_id,
            ecp_id=ecp_id,
        )


def key(name: str) -> UUID:
    """The id of a thing by its name: the same in every test."""
    return uuid5(SPACE, name)


async def restore_world(environment: Environment, cleaner: Cleaner) -> World:
    """Put the world into an empty database; quick, except for the first time."""
    if await cleaner.restore():
        world = _new_world()
    else:
        world = await build_world(environment)
        await cleaner.remember()
    if isinstance(environment.database, RememberingDatabase):
        await environment.database.memory.start(environment, world.ecps, cleaner.quick)
    return world


async def build_world(environment: Environment) -> World:
    """Store the world and return it."""
    world = _new_world()
    database: Database = environment.database
    async with database.writing() as session:
        for rows in (world.vendors, world.tiers, world.categories, world.products, world.variants):
            await put_rows(session, list(rows.values()), BEGINNING)
        for level in GeographyLevel:
            await put_rows(session, [row for row in world.geographies.values() if row.level == level], BEGINNING)
        await add_accounts(session, list(world.accounts.values()))
    return world


def _new_world() -> World:
    return World(
        accounts=_accounts(),
        tiers=_tiers(),
        geographies=_geographies(),
        categories=_categories(),
        products=_products(),
        variants=_variants(),
        vendors=_vendors(),
    )


def _accounts() -> dict[str, AccountRow]:
    roles: dict[str, list[Role]] = {role.value: [role] for role in Role}
    roles["second manager"] = [Role.PROGRAM_MANAGER]
    roles["manager and approver"] = [Role.APPROVER, Role.PROGRAM_MANAGER]
    return {
        name: AccountRow(
            id=key(f"account {name}"),
            display_name=name.replace("_", " ").title(),
            email=f"{name.lower().replace(' ', '.')}@example.com",
            vendor_id=key("vendor PRN-1") if Role.VENDOR in held else None,
            created_at=BEGINNING,
            disabled_at=None,
            roles=[role.value for role in held],
        )
        for name, held in roles.items()
    }


def _tiers() -> dict[str, TierRow]:
    names = ("Bronze", "Silver", "Gold", "Platinum")
    return {
        name: TierRow(id=key(f"tier {name}"), code=name.upper(), name=name, rank=rank)
        for rank, name in enumerate(names, start=1)
    }


def _geographies() -> dict[str, GeographyRow]:
    tree: dict[str, dict[str, tuple[str, ...]]] = {
        "India": {"Maharashtra": ("Pune", "Mumbai"), "Karnataka": ("Mysuru",)},
        "Nepal": {"Bagmati": ("Kathmandu",)},
    }
    rows: dict[str, GeographyRow] = {}

    def add(name: str, level: GeographyLevel, parent: str | None) -> None:
        rows[name] = GeographyRow(
            id=key(f"geography {name}"),
            code=name.upper(),
            name=name,
            level=level.value,
            parent_id=rows[parent].id if parent else None,
        )

    for country, regions in tree.items():
        add(country, GeographyLevel.COUNTRY, None)
        for region, cities in regions.items():
            add(region, GeographyLevel.REGION, country)
            for city in cities:
                add(city, GeographyLevel.CITY, region)
    return rows


def _categories() -> dict[str, CategoryRow]:
    names = ("Engine oil", "Car care", "Eye care")
    return {name: CategoryRow(key(f"category {name}"), name) for name in names}


def _products() -> dict[str, ProductRow]:
    return {
        name: ProductRow(
            id=key(f"product {name}"),
            name=name,
            category_id=key(f"category {category}"),
            category=category,
            brand="Tessera",
        )
        for name, category in (("Amber Oil", "Engine oil"), ("Cedar Wax", "Car care"), ("Clear Lens", "Eye care"))
    }


def _variants() -> dict[str, VariantRow]:
    return {
        sku: VariantRow(id=key(f"variant {sku}"), sku=sku, name=name, product_id=key(f"product {product}"))
        for sku, name, product in (
            ("AMB-1L", "1 liter", "Amber Oil"),
            ("AMB-4L", "4 liters", "Amber Oil"),
            ("CED-250", "250 grams", "Cedar Wax"),
            ("LENS-1", "Single", "Clear Lens"),
        )
    }


def _vendors() -> dict[str, VendorRow]:
    return {
        code: VendorRow(id=key(f"vendor {code}"), code=code, name=name, kind=kind.value, city="Pune")
        for code, name, kind in (
            ("PRN-1", "First Print", VendorKind.PRINTER),
            ("PCK-1", "Second Pack", VendorKind.PACKAGER),
            ("FAC-1", "Third Factory", VendorKind.FACTORY),
        )
    }
