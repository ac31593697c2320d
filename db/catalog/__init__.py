"""Products, variants, geographies, tiers, and vendors: tables, rows, and the statements that read and change them."""
