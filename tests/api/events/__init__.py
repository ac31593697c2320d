"""Live events over real sockets: WebSocket and SSE."""
