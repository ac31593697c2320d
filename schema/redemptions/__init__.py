"""GraphQL of redemptions."""
