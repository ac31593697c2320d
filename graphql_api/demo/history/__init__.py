"""A year of demo sales and redemptions, which a job loads behind the running server."""
