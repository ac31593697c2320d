"""The simulations area of the schema."""
