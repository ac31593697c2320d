"""ECPs: statuses, guards of actions, personal details, and reported activities."""
