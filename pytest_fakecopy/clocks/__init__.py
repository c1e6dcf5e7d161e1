"""Sources of time for the fake, and sleeping that moves them."""
