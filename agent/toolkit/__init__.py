"""What the tools of a spec are, as data, and the arithmetic of those that work something out."""
