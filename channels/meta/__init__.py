"""WhatsApp by Meta's own Cloud API: what it sends us, and what we send it."""
