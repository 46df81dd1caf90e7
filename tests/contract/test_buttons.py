"""What holds for all buttons and lamps: the real ones on gpiozero's mock pins, and the recording fakes."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from terminal_client.outputs.buttons import GpioButtons
from terminal_client.outputs.interface import Buttons, Press, SignalLamp
from terminal_client.outputs.lamp import GpioLamp
from terminal_client.outputs.recording import RecordingButtons, RecordingLamp
from terminal_client.view import Lamp
from tests.waiting import until

PINS = {Press.CONFIRM: 17, Press.REPLAY: 27, Press.VOLUME_UP: 23, Press.VOLUME_DOWN: 24}
LAMP_PIN = 18


@pytest.fixture
def factory() -> Iterator[MockFactory]:
    factory = MockFactory()
    gpiozero.Device.pin_factory = factory
    yield factory
    factory.reset()
    gpiozero.Device.pin_factory = None


@dataclass
class ButtonBench:
    buttons: Buttons
    press: Callable[[Press], None]


@pytest.fixture(params=["gpio", "recording"])
def bench(request: pytest.FixtureRequest) -> ButtonBench:
    if request.param == "recording":
        fake = RecordingButtons()
        return ButtonBench(fake, fake.press)
    factory = request.getfixturevalue("factory")

    def press(press: Press) -> None:
        pin: MockPin = factory.pin(PINS[press])
        pin.drive_low()
        pin.drive_high()

    return ButtonBench(GpioButtons(PINS), press)


async def test_each_button_is_heard_in_the_event_loop(bench: ButtonBench) -> None:
    heard: list[tuple[Press, asyncio.AbstractEventLoop]] = []
    bench.buttons.listen(lambda press: heard.append((press, asyncio.get_running_loop())))

    def last_is(press: Press) -> bool:
        return bool(heard) and heard[-1][0] is press

    for press in Press:
        await asyncio.to_thread(bench.press, press)
        await until(partial(last_is, press))

    assert [press for press, _ in heard] == list(Press)
    assert {loop for _, loop in heard} == {asyncio.get_running_loop()}
    bench.buttons.close()


async def test_after_closing_no_press_is_heard(bench: ButtonBench) -> None:
    heard: list[Press] = []
    bench.buttons.listen(heard.append)
    bench.buttons.close()
    bench.press(Press.CONFIRM)
    await asyncio.sleep(0)
    assert heard == []


@dataclass
class LampBench:
    lamp: SignalLamp
    is_lit: Callable[[], bool]


@pytest.fixture(params=["gpio", "recording"])
def lamp_bench(request: pytest.FixtureRequest) -> LampBench:
    if request.param == "recording":
        fake = RecordingLamp()
        return LampBench(fake, lambda: fake.shining is not Lamp.OFF)
    factory = request.getfixturevalue("factory")
    lamp = GpioLamp(LAMP_PIN)
    return LampBench(lamp, lambda: bool(factory.pin(LAMP_PIN).state))


async def test_a_lamp_shines_as_it_was_told_last(lamp_bench: LampBench) -> None:
    for lamp in (Lamp.ON, Lamp.BLINKING, Lamp.ON):
        lamp_bench.lamp.show(lamp)
        await until(lamp_bench.is_lit)
    lamp_bench.lamp.show(Lamp.OFF)
    assert not lamp_bench.is_lit()


async def test_a_lamp_that_is_closed_goes_out(lamp_bench: LampBench) -> None:
    lamp_bench.lamp.show(Lamp.ON)
    lamp_bench.lamp.close()
    assert not lamp_bench.is_lit()


async def test_a_blinking_lamp_changes_no_more_often_than_once_a_second(factory: MockFactory) -> None:
    lamp = GpioLamp(LAMP_PIN)
    lamp.show(Lamp.BLINKING)
    pin = factory.pin(LAMP_PIN)
    await until(lambda: pin.state)
    for _ in range(20):
        # To be told the same again and again, as at every drawing, begins no new blink.
        lamp.show(Lamp.BLINKING)
    await until(lambda: [change.state for change in pin.states][-3:] == [True, False, True], 10)
    # Each change carries the seconds since the one before it.
    assert sum(change.timestamp for change in pin.states[-2:]) >= 1.0
    lamp.close()


async def test_a_machine_without_pins_is_no_error_and_is_said_once_a_pin(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        buttons = GpioButtons({Press.CONFIRM: 17})
        buttons.listen(lambda _press: None)
        lamp = GpioLamp(LAMP_PIN)
        for shining in Lamp:
            lamp.show(shining)
        buttons.close()
        lamp.close()
    assert [record.getMessage() for record in caplog.records] == ["no button confirm", "no lamp"]
