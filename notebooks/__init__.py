"""Questions asked of the agents, their knowledge and their conversations, as notebooks."""
