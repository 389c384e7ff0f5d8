"""The people of the studio, and what they did."""
