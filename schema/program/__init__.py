"""The program in the schema."""
