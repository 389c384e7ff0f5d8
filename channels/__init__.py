"""One file a channel: how its requests are verified and parsed, how its replies are sent."""
