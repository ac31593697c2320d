"""EPCIS: queries for events, and the capture of events by the code of the mutations."""
