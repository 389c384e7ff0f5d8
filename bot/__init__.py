"""The doors: messages come in by webhook or API and go out by channel."""
