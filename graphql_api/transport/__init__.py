"""How requests reach the schema, and answers reach clients."""
