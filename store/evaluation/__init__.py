"""What evaluation keeps: datasets of cases, and experiments on them."""
