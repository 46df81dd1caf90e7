"""The pages, driven as a browser would, on real ledgers."""
