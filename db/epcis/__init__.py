"""EPCIS: captured events and documents, coupon references, and the statements that read events."""
