"""GraphQL of coupons: generation and shortfalls."""
