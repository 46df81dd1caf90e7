"""What is made once for a town or a terminal: keys, the roster, the broker's rights, a terminal's files."""
