"""Pages of the web: which may be fetched, and how."""
