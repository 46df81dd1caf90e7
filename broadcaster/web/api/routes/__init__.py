"""The operations, a router per subject."""
