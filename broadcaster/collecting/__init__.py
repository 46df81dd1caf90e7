"""A further collector as a process of its own."""
