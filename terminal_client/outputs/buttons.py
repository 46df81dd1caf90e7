"""Buttons on GPIO pins, each between its pin and ground."""

import asyncio
from collections.abc import Callable, Mapping

from gpiozero import Button

from terminal_client.outputs.gpio import opened
from terminal_client.outputs.interface import Press

_BOUNCE_SECONDS = 0.05


class GpioButtons:
    """Buttons at these pins, numbered as BCM does. A pin that cannot be used is said in the log, once."""

    def __init__(self, pins: Mapping[Press, int]) -> None:
        self._pins = pins
        self._buttons: list[Button] = []

    def listen(self, on_press: Callable[[Press], None]) -> None:
        """Call this, in the event loop that runs now, at each press from now on."""
        loop = asyncio.get_running_loop()
        for press, pin in self._pins.items():
            button = opened(f"button {press}", pin, lambda pin: Button(pin, bounce_time=_BOUNCE_SECONDS))
            if button is not None:
                # gpiozero calls in a thread of its own.
                button.when_pressed = lambda press=press: loop.call_soon_threadsafe(on_press, press)
                self._buttons.append(button)

    def close(self) -> None:
        """Hear no press any more."""
        for button in self._buttons:
            button.close()
        self._buttons = []
