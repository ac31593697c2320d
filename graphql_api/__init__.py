"""The server: composition of settings, identity, transport and the schema."""
