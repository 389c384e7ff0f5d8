"""Chatwoot: what it sends us, what we send it, and its people beside the bot."""
