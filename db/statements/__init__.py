"""Every SQL statement of the product, one module an area; each is compiled once."""
