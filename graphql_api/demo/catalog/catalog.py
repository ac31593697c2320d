"""The catalog of the demo data: tiers, products with their packs, geographies and vendors."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.catalog.changes import put_rows
from db.catalog.rows import CategoryRow, GeographyRow, ProductRow, TierRow, VariantRow, VendorRow
from db.ecps.rows import EcpPlace
from db.sessions import Writing
from domain.catalog.facts import GeographyLevel, VendorKind

TIERS: Final = ((1, "BRONZE", "Bronze"), (2, "SILVER", "Silver"), (3, "GOLD", "Gold"), (4, "PLATINUM", "Platinum"))

# The suffix of a SKU, the name of the variant, and its points relative to the smallest pack.
PACKS: Final[Mapping[str, tuple[str, int]]] = {
    "250ML": ("250 ml bottle", 1),
    "500ML": ("500 ml bottle", 2),
    "1L": ("1 L bottle", 4),
    "3L5": ("3.5 L can", 14),
    "4L": ("4 L can", 16),
    "5L": ("5 L can", 20),
    "20L": ("20 L pail", 80),
    "500G": ("500 g tub", 2),
    "1KG": ("1 kg tub", 4),
    "18KG": ("18 kg pail", 72),
    "WIPES": ("Pack of 20 wipes", 1),
    "150": ("Index 1.50, pair", 6),
    "160": ("Index 1.60, pair", 10),
    "167": ("Index 1.67, pair", 16),
    "174": ("Index 1.74, pair", 24),
    "10": ("10 lenses", 2),
    "30": ("30 lenses", 5),
    "90": ("90 lenses", 14),
    "60ML": ("60 ml travel bottle", 1),
    "120ML": ("120 ml bottle", 2),
    "300ML": ("300 ml bottle", 4),
    "10ML": ("10 ml dropper bottle", 1),
    "UD30": ("30 single doses", 3),
    "UD60": ("60 single doses", 5),
}

# The beginning of its SKUs, name, category, brand, and packs.
PRODUCTS: Final = (
    ("AMB-0W20", "Amberlane Synth 0W-20", "Engine oils", "Amberlane", ("1L", "3L5", "4L", "20L")),
    ("AMB-5W30", "Amberlane Synth 5W-30", "Engine oils", "Amberlane", ("500ML", "1L", "3L5", "4L", "20L")),
    ("AMB-10W40", "Amberlane Blend 10W-40", "Engine oils", "Amberlane", ("1L", "3L5", "4L", "5L", "20L")),
    ("AMB-15W40", "Amberlane Diesel 15W-40", "Engine oils", "Amberlane", ("1L", "5L", "20L")),
    ("AMB-20W50", "Amberlane Moto 20W-50", "Engine oils", "Amberlane", ("500ML", "1L", "4L")),
    ("AMG-80W90", "Amberlane Gear 80W-90", "Transmission and brakes", "Amberlane", ("500ML", "1L", "5L", "20L")),
    ("AMG-ATF6", "Amberlane Automatic ATF 6", "Transmission and brakes", "Amberlane", ("1L", "4L", "20L")),
    ("AMF-DOT4", "Amberlane Brake Fluid DOT 4", "Transmission and brakes", "Amberlane", ("250ML", "500ML", "1L")),
    ("AMC-LONG", "Amberlane Coolant Long Life", "Coolants and greases", "Amberlane", ("1L", "5L", "20L")),
    ("AMX-MP3", "Amberlane Grease MP3", "Coolants and greases", "Amberlane", ("500G", "1KG", "18KG")),
    ("GLN-SHAM", "Glintara Shampoo and Wax", "Car care", "Glintara", ("250ML", "500ML", "1L", "5L")),
    ("GLN-SHINE", "Glintara Liquid Shine", "Car care", "Glintara", ("250ML", "500ML", "1L")),
    ("GLN-GLASS", "Glintara Glass Clear", "Car care", "Glintara", ("250ML", "500ML", "5L", "WIPES")),
    ("GLN-DASH", "Glintara Dashboard Matt", "Car care", "Glintara", ("250ML", "500ML", "WIPES")),
    ("VIS-SV", "Visarel Single Vision", "Spectacle lenses", "Visarel", ("150", "160", "167", "174")),
    ("VIS-PRO", "Visarel Progressive", "Spectacle lenses", "Visarel", ("150", "160", "167", "174")),
    ("VIS-DAY", "Visarel Daily Contact Lenses", "Contact lenses and care", "Visarel", ("10", "30", "90")),
    ("VIS-CARE", "Visarel Lens Care Solution", "Contact lenses and care", "Visarel", ("60ML", "120ML", "300ML")),
    ("VIS-TEAR", "Visarel Moist Eye Drops", "Eye drops", "Visarel", ("10ML", "UD30", "UD60")),
)

COUNTRIES: Final = (("IN", "India"), ("NP", "Nepal"))

# Code of a region, its name, and its cities.
REGIONS: Final = (
    ("IN-MH", "Maharashtra", ("Mumbai", "Pune", "Nagpur", "Thane", "Aurangabad", "Kolhapur")),
    ("IN-GJ", "Gujarat", ("Ahmedabad", "Surat", "Vadodara", "Rajkot", "Jamnagar")),
    ("IN-DL", "Delhi", ("New Delhi", "Dwarka", "Rohini", "Shahdara")),
    ("IN-PB", "Punjab", ("Ludhiana", "Amritsar", "Jalandhar", "Patiala")),
    ("IN-RJ", "Rajasthan", ("Jaipur", "Jodhpur", "Udaipur", "Kota")),
    ("IN-UP", "Uttar Pradesh", ("Lucknow", "Kanpur", "Varanasi", "Agra", "Noida", "Meerut")),
    ("IN-KA", "Karnataka", ("Bengaluru", "Mysuru", "Hubballi", "Mangaluru", "Belagavi")),
    ("IN-TN", "Tamil Nadu", ("Chennai", "Coimbatore", "Madurai", "Salem", "Tiruchirappalli", "Vellore")),
    ("IN-KL", "Kerala", ("Kochi", "Thiruvananthapuram", "Kozhikode", "Thrissur")),
    ("IN-TS", "Telangana", ("Hyderabad", "Warangal", "Nizamabad", "Karimnagar")),
    ("IN-WB", "West Bengal", ("Kolkata", "Siliguri", "Durgapur", "Asansol", "Howrah")),
    ("IN-MP", "Madhya Pradesh", ("Indore", "Bhopal", "Jabalpur", "Gwalior")),
    ("NP-BA", "Bagmati", ("Kathmandu", "Lalitpur", "Bhaktapur", "Hetauda")),
    ("NP-GA", "Gandaki", ("Pokhara", "Gorkha")),
    ("NP-KO", "Koshi", ("Biratnagar", "Dharan", "Itahari")),
)

VENDORS: Final = (
    ("PRN-01", "Saffron Dot Printworks", VendorKind.PRINTER, "Pune"),
    ("PRN-02", "Bluequill Labels", VendorKind.PRINTER, "Chennai"),
    ("PRN-03", "Tintara Security Print", VendorKind.PRINTER, "Noida"),
    ("PRN-04", "Hill Lantern Press", VendorKind.PRINTER, "Kathmandu"),
    ("PRN-05", "Inkmarsh Scratch Cards", VendorKind.PRINTER, "Ahmedabad"),
    ("PKG-01", "Foldmere Packaging", VendorKind.PACKAGER, "Mumbai"),
    ("PKG-02", "Carton Creek", VendorKind.PACKAGER, "Hyderabad"),
    ("PKG-03", "Sealwick Co-packers", VendorKind.PACKAGER, "Ludhiana"),
    ("PKG-04", "Banyan Box Works", VendorKind.PACKAGER, "Kolkata"),
    ("FAC-01", "Amberlane Blending Plant West", VendorKind.FACTORY, "Vadodara"),
    ("FAC-02", "Amberlane Blending Plant South", VendorKind.FACTORY, "Coimbatore"),
    ("FAC-03", "Glintara Filling Line", VendorKind.FACTORY, "Indore"),
    ("FAC-04", "Visarel Lens Laboratory", VendorKind.FACTORY, "Bengaluru"),
)


class Catalog(Struct, frozen=True):
    """Every id of the catalog by code: variants by SKU, products by the prefix of their SKUs, categories by name.

    `names` are those of tiers and geographies.
    """

    tiers: Mapping[str, UUID]
    categories: Mapping[str, UUID]
    products: Mapping[str, UUID]
    variants: Mapping[str, UUID]
    geographies: Mapping[str, UUID]
    vendors: Mapping[str, UUID]
    names: Mapping[str, str]

    def place(self, code: str) -> EcpPlace:
        """Return the place of an ECP; its code starts with the codes of the country and the region."""
        country, *within = code.split("-")
        region = self.geographies[f"{country}-{within[0]}"] if within else None
        return EcpPlace(
            geography_id=self.geographies[code],
            name=self.names[code],
            region_id=region,
            country_id=self.geographies[country],
        )

    def skus(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the SKUs of these products and variants, in the order of the catalog."""
        prefixes = tuple(f"{name}-" for name in names)
        return tuple(sku for sku in self.variants if sku in names or sku.startswith(prefixes))


def pack_weight(sku: str) -> int:
    """Return the points of a variant relative to the smallest pack."""
    return PACKS[sku.rpartition("-")[2]][1]


async def put_catalog(session: Writing, new_id: Callable[[], UUID], at: datetime) -> Catalog:
    """Store the whole catalog with a few statements and return its ids."""
    tiers = [TierRow(id=new_id(), code=code, name=name, rank=rank) for rank, code, name in TIERS]
    names = dict.fromkeys(category for _, _, category, _, _ in PRODUCTS)
    categories = {name: CategoryRow(new_id(), name) for name in names}
    products = {
        code: ProductRow(id=new_id(), name=name, category_id=categories[category].id, category=category, brand=brand)
        for code, name, category, brand, _ in PRODUCTS
    }
    variants = [
        VariantRow(id=new_id(), sku=f"{code}-{pack}", name=PACKS[pack][0], product_id=products[code].id)
        for code, _, _, _, packs in PRODUCTS
        for pack in packs
    ]
    places = list(_geographies(new_id))
    vendors = [
        VendorRow(id=new_id(), code=code, name=name, kind=kind.value, city=city) for code, name, kind, city in VENDORS
    ]
    for rows in (tiers, list(categories.values()), list(products.values()), variants, places, vendors):
        await put_rows(session, rows, at)
    return Catalog(
        tiers={row.code: row.id for row in tiers},
        categories={name: row.id for name, row in categories.items()},
        products={code: row.id for code, row in products.items()},
        variants={row.sku: row.id for row in variants},
        geographies={row.code: row.id for row in places},
        vendors={row.code: row.id for row in vendors},
        names={row.code: row.name for rows in (tiers, places) for row in rows},
    )


def _geographies(new_id: Callable[[], UUID]) -> Iterator[GeographyRow]:
    """Parents before their children. The code of a city ends with the first three letters of its name."""
    countries = {code: new_id() for code, _ in COUNTRIES}
    for code, name in COUNTRIES:
        yield GeographyRow(id=countries[code], code=code, name=name, level=GeographyLevel.COUNTRY.value, parent_id=None)
    for code, name, cities in REGIONS:
        region_id = new_id()
        yield GeographyRow(
            id=region_id,
            code=code,
            name=name,
            level=GeographyLevel.REGION.value,
            parent_id=countries[code.partition("-")[0]],
        )
        for city in cities:
            yield GeographyRow(
                id=new_id(),
                code=f"{code}-{city[:3].upper()}",
                name=city,
                level=GeographyLevel.CITY.value,
                parent_id=region_id,
            )
