"""Watching: what is wrong now, who is written to about it, and figures for other programs."""

from broadcaster.monitoring.overseer import Assessment, Overseer, Places

__all__ = ["Assessment", "Overseer", "Places"]
