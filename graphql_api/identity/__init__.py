"""Tokens of people: the issuers that are trusted, where their keys come from, and the verification of a token."""
