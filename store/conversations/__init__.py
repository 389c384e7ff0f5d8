"""Conversations: what came in, who answers, what was said, what goes out."""
