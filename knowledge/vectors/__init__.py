"""What texts mean as vectors, and where those are kept."""
