"""What an agent is, how it answers, what it remembers."""
