"""A lamp on a GPIO pin."""

from gpiozero import LED

from terminal_client.outputs.gpio import opened
from terminal_client.view import Lamp

BLINK_SECONDS = 0.7
"""On for so long, off for so long: 0.7 Hz. Nothing may flash faster than thrice a second (WCAG 2.3.1)."""


class GpioLamp:
    """A lamp between a pin, numbered as BCM does, and ground. A pin that cannot be used is said in the log, once."""

    def __init__(self, pin: int) -> None:
        self._led = opened("lamp", pin, LED)
        self._shining = Lamp.OFF

    def show(self, lamp: Lamp) -> None:
        """Shine like this from now on."""
        if self._led is None or lamp is self._shining:
            return
        self._shining = lamp
        match lamp:
            case Lamp.OFF:
                self._led.off()
            case Lamp.ON:
                self._led.on()
            case Lamp.BLINKING:
                self._led.blink(BLINK_SECONDS, BLINK_SECONDS)

    def close(self) -> None:
        """Go out."""
        if self._led is not None:
            self._led.off()
            self._led.close()
