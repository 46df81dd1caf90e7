"""The household's end: shows, speaks and reports what the centre sends."""
