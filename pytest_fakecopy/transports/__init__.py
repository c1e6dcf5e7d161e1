"""One adapter per HTTP library: its requests to the handler, the handler's responses back."""
