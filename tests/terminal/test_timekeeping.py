"""What time it is for a device that may have no clock."""

from datetime import UTC, datetime, timedelta

from kokuchi.wire import Clock
from terminal_client.timekeeping import TownTime

CENTRE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Device:
    """A device whose clock and count a test can turn."""

    def __init__(self, clock: datetime, synchronised: bool) -> None:
        self.clock = clock
        self.count = 0.0
        self.time = TownTime(lambda: self.clock, lambda: self.count, lambda: synchronised)

    def wait(self, duration: timedelta) -> None:
        self.clock += duration
        self.count += duration.total_seconds()


def test_a_synchronised_clock_is_believed() -> None:
    device = Device(CENTRE, synchronised=True)

    assert (device.time.now(), device.time.source, device.time.is_known) == (CENTRE, Clock.SYSTEM, True)


def test_at_power_on_the_time_is_not_known_but_not_before_what_was_signed() -> None:
    device = Device(EPOCH, synchronised=False)
    device.time.heard(CENTRE)
    device.time.heard(CENTRE - timedelta(days=1))

    assert (device.time.now(), device.time.source, device.time.is_known) == (CENTRE, Clock.UNKNOWN, False)


def test_the_centres_answer_tells_the_time() -> None:
    device = Device(EPOCH, synchronised=False)
    device.time.answered(CENTRE, waited=0)
    device.wait(timedelta(hours=2))

    assert (device.time.now(), device.time.source) == (CENTRE + timedelta(hours=2), Clock.CENTRE)


def test_turning_the_devices_clock_changes_nothing_once_the_time_is_known() -> None:
    device = Device(CENTRE, synchronised=True)
    device.time.answered(CENTRE, waited=0)
    device.wait(timedelta(minutes=1))
    device.clock += timedelta(days=365)

    assert device.time.now() == CENTRE + timedelta(minutes=1)
    assert device.time.deviation() == timedelta(days=365)


def test_a_clock_that_was_synchronised_is_believed_as_it_was_when_somebody_turns_it() -> None:
    synchronised = True
    device = Device(CENTRE, synchronised=True)
    device.time = TownTime(lambda: device.clock, lambda: device.count, lambda: synchronised)
    assert device.time.is_known

    synchronised = False
    device.wait(timedelta(minutes=1))
    device.clock += timedelta(days=3650)

    assert (device.time.now(), device.time.source) == (CENTRE + timedelta(minutes=1), Clock.SYSTEM)


def test_an_answer_that_took_seconds_does_not_displace_what_a_quick_one_has_told() -> None:
    """After a power cut all ask at once; what households saw would be dated wrongly by as much."""
    device = Device(EPOCH, synchronised=False)
    device.time.answered(CENTRE, waited=0.02)
    device.wait(timedelta(minutes=10))
    device.time.answered(CENTRE + timedelta(minutes=10, seconds=-3), waited=4)

    assert device.time.now() == CENTRE + timedelta(minutes=10)


def test_a_quick_answer_displaces_what_a_slow_one_has_told_and_a_new_one_what_has_drifted() -> None:
    device = Device(EPOCH, synchronised=False)
    device.time.answered(CENTRE - timedelta(seconds=2), waited=4)
    device.time.answered(CENTRE, waited=0)
    assert device.time.now() == CENTRE

    # By then the device may be wrong by 8.6 s.
    device.wait(timedelta(days=1))
    device.time.answered(CENTRE + timedelta(days=1, seconds=3), waited=4)
    assert device.time.now() == CENTRE + timedelta(days=1, seconds=3)


def test_when_the_centres_clock_is_set_its_next_answer_is_believed_however_slow() -> None:
    device = Device(EPOCH, synchronised=False)
    device.time.answered(CENTRE, waited=0)
    device.time.answered(CENTRE + timedelta(hours=1), waited=4)

    assert device.time.now() == CENTRE + timedelta(hours=1)
