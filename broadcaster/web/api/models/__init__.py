"""What goes over the wire of the interface, as other programs see it: the contract."""
