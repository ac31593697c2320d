"""ECPs: statuses, what may be done to one, what people say of themselves, and reported activities."""
