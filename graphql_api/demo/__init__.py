"""Demo data: an invented brand of lubricants, car care, and eye care, for people who try the API out."""

from graphql_api.demo.load import load_demo

__all__ = ["load_demo"]
