"""What a reply is searched for before a customer gets it: strangers' links, and the prompt."""
