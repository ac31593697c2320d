"""Events for systems that poll or missed deliveries."""
