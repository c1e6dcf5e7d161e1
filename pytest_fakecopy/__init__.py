"""pytest-fakecopy."""
