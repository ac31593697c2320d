"""Demo ECPs: their details, their activities, and the steps that register them."""
