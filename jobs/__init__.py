"""What happens later: turns, deliveries, ingestion, sweeping."""
