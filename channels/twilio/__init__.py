"""WhatsApp by Twilio: what it sends us, and what we send it."""
