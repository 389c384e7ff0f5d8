"""What an agent can look up: sources in, passages out."""
