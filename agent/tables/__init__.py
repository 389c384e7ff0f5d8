"""Tables among the sources, as they are asked: what their columns mean, and every row that fits."""
