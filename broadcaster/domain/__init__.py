"""What a town, an alert and a delivery are, and what may be done with them. Pure: values and `now` in, values out."""
