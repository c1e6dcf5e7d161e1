"""The two rule books: what the API reference promises, and what the service was seen to do."""
