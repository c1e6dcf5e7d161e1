"""The operations that the fake serves."""
