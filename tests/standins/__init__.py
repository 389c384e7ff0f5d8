"""Loopback stand-ins for outside services, as strict about what they receive as the real ones."""
