"""Pure decisions of the product: no I/O, no clock, no framework. Nothing here imports another layer."""
