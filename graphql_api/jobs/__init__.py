"""Background work that only the leader among the processes runs."""
