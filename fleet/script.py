"""What a terminal reports of an alert that it has got, and in how many reports."""

from collections.abc import Sequence

MOMENTS = ("received_at", "displayed_at", "voice_started_at", "voiced_at", "confirmed_at")

Script = Sequence[tuple[str, ...]]
"""A report after the other, with the moments that each adds. The first goes at once, the others when all is read."""

ON_THE_SCREEN: Script = (("received_at", "displayed_at"),)
"""One report; whoever drives the fleet says when it was heard (`LightTerminal.finish`)."""

ALL_STAGES: Script = (("received_at", "displayed_at"), ("voice_started_at", "voiced_at"), ("confirmed_at",))
"""Three reports until the household has pressed its button."""
