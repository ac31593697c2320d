"""Definition, review and approval of schemes: what is valid, complete, changed and allowed."""
