"""Storage: models, sessions and every SQL statement of the product."""
