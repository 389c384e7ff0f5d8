"""What is remembered: one file a noun, on SQLite or PostgreSQL."""
