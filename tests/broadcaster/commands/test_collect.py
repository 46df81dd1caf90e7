"""`broadcaster collect` used wrongly. That it collects, tests/system/test_collectors.py shows."""

from tests.broadcaster.commands.shell import Shell


def test_a_collector_that_the_settings_do_not_know_is_a_usage_error_that_says_what_to_do(shell: Shell) -> None:
    done = shell.run("collect", "2")
    assert done.code == 2
    assert "the settings know no collector 2: write collectors = 2 under [broker]" in done.err


def test_the_first_collector_is_the_centre_itself(shell: Shell) -> None:
    assert shell.run("collect", "1").code == 2
