"""The page that the household sees, served on loopback to the terminal's own browser."""

from terminal_client.screen.app import create_screen_app

__all__ = ["create_screen_app"]
