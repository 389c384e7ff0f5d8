"""Whether what is said stands in what was found: figures, days, names, and sentence by sentence."""
