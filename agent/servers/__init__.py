"""Servers of models as they differ: what each refuses is learned once and remembered.

question ── changes (what was learned) ──> server ── refusal? ── refusals ──> learned, once more
"""
