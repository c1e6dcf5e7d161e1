"""EC2's world as values and functions of the standard library: nothing here does I/O."""
