"""Sources on their way into a base: what staff give, how it is read, kept and taken out."""
