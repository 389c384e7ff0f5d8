"""Where staff shape, try, release and watch agents."""
