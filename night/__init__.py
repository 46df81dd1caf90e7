"""`make night`: 24 hours of a whole town in a few minutes, and whether the centre comes out of them as it went in."""
