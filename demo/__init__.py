"""The demo: a private Mosquitto, the centre and three terminals of a sample town, for whoever wants to see kokuchi."""
