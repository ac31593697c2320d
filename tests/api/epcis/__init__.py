"""Tests of EPCIS over HTTP."""
