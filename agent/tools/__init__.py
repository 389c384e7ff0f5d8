"""What an agent can do besides talking: one file a tool."""
