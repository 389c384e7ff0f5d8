"""Tests of the studio room."""
