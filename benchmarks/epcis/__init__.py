"""Measurements of EPCIS: the capture of a document, and the stream of many events over HTTP."""
