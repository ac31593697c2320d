"""The mutations createApiKey and revokeApiKey."""
