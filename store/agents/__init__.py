"""Agents: drafts, versions, releases, test cases."""
