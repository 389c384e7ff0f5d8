"""How well a base is searched, and what would be better."""
