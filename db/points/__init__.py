"""What points are computed from: tables, rows, and the statements that read and change them."""
