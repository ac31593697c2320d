"""Consignments: allocation, the movements of their coupons, and what follows from them."""
