"""The ledger together with what its entries come from, and its verification against all rows that it follows from."""
