"""The protocols that carry requests to the schema and answers to clients."""
