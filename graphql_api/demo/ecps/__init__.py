"""Demo ECPs: who they are, what they did, and the steps that register them."""
