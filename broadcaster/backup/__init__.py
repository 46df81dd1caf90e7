"""Copies of the whole town in one encrypted file each, and the way back from one."""
