"""Posting: values sales and redemptions, and writes what they are worth to the ledgers of ECPs."""
