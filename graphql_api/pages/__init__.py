"""Pages for people: GraphiQL in development, links in production, the schema as text, and unknown addresses."""
