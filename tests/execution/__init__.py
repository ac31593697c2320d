"""The compiled engine against graphql-core: same data, same errors."""
