"""The centre: staff write here, operators see here what arrived."""
