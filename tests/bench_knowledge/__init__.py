"""Benchmark of the knowledge room: ingestion and search beside their floors."""
