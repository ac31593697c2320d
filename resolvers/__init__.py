"""What fields and mutations do: batched reads, and one function per mutation. No GraphQL types and no SQL here."""
