"""EPCIS 2.0: events of coupons as GS1 describes them, and the reverse, from events to commands."""
