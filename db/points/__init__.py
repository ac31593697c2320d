"""The facts that points are computed from: the statements that read them."""
