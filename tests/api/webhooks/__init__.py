"""Webhooks from the mutation to the receiver, over real sockets."""
