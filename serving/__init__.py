"""How a Flask app is served: requests are read whole, within limits, before it sees them."""
