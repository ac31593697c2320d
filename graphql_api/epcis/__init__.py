"""EPCIS 2.0 over HTTP: queries for events, and the capture of events."""
