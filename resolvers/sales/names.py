"""The ECPs and variants that reported sales name: by code or SKU, or by an alias."""

from collections.abc import Iterable

from db.sales.recording_reads import ECPS_BY_KEY, VARIANTS_BY_KEY
from db.sessions import Fetching
from domain.sales.aliases import code_key, ecp_key, sku_key
from domain.sales.arrivals import Names
from domain.sales.facts import ALIAS_LENGTH
from domain.sales.reports import ReportedSale
from domain.text import has_unprintable


async def resolve_names(fetching: Fetching, sales: Iterable[ReportedSale]) -> Names:
    """Find the ECPs and variants of all sales with two statements. Codes and SKUs come before aliases."""
    ecp_codes: set[str] = set()
    skus: set[str] = set()
    for sale in sales:
        ecp_codes.add(sale.ecp_code)
        skus.update([line.sku for line in sale.lines])
    sku_keys = {text: sku_key(text) for text in skus}
    codes = {text: code_key(text) for text in skus}
    ecps = await fetching.fetch(ECPS_BY_KEY, keys=_searchable({ecp_key(text) for text in ecp_codes}))
    variants = await fetching.fetch(
        VARIANTS_BY_KEY, keys=_searchable(set(sku_keys.values())), skus=_searchable(set(codes.values()))
    )
    # Those by code and SKU come last, and so replace aliases.
    ids = dict(variants)
    found = {text: ids.get(codes[text]) or ids.get(key) for text, key in sku_keys.items()}
    return Names(
        ecps={row.key: (row.id, row.number) for row in ecps},
        variants={text: variant for text, variant in found.items() if variant is not None},
        sku_keys=sku_keys,
    )


def _searchable(keys: set[str]) -> list[str]:
    """Return the keys that can be in the database."""
    return sorted(key for key in keys if len(key) <= ALIAS_LENGTH[1] and not has_unprintable(key))
