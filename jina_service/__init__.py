"""Embeddings without an account: an open Jina model behind the addresses of Jina's own service."""
