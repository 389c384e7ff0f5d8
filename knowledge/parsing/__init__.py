"""Files become sections, in a sealed child process."""
