"""Tests that start the real processes, as `make run` does."""
