"""Which passages answer a question: words and vectors, fused and ranked."""
