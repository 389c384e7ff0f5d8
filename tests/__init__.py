"""Tests read like sentences; every outside service has a loopback stand-in here."""
