"""Tables and statements of imports of sales (R20)."""
