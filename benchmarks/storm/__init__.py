"""`make bench-storm`: a town that has lost its power comes back at once, and three alerts wait for every household."""
