"""Kills every part of the running system, again and again, and reads what customers got."""
