"""ECPs."""
