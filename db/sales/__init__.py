"""Sales in SQL: keys, revisions, lines, and returns."""
