"""Products and variants, geographies, tiers and vendors."""
