"""The audit log: additions by other areas, and its list for administrators.

Like the outbox it is low: other areas import it, and it imports none of them.
"""
