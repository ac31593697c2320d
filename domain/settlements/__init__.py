"""Settlements: the points of a scheme are paid out, approved by a second person, and payments are reported back."""
