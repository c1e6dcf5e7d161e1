"""What a test sees and arranges: snapshots, keys and Outposts, always as of now."""
