"""The public face: GraphQL types, inputs and payloads. They declare; resolvers do."""
