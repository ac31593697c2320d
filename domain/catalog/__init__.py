"""The catalog: products with variants, geographies, tiers, and vendors."""
