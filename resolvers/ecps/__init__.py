"""ECPs: registration, verification, lists, corrections, activities and erasure."""
