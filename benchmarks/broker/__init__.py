"""`make bench`: an alert to N terminals and all that they report, as multiples of what the broker alone needs."""
