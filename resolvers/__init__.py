"""The behavior of fields and mutations: loaders, lists, and one function per mutation. No GraphQL types, no SQL."""
