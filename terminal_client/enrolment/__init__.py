"""First start: a device asks the centre, with the code of its card, to be a terminal."""
