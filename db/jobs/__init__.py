"""Jobs: the table, rows, and the statements that read and change them."""
