"""Settlements of schemes, and their lines: what is paid to each ECP, and what was reported about it."""
