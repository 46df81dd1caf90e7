"""`make demo`: start everything, say where to look, end everything at Ctrl-C."""

import signal
import sys
import time
from pathlib import Path

import click

from demo.once import as_json, print_result, send_each_kind
from demo.places import REPOSITORY, TERMINALS, Places
from demo.preparation import USERS, open_ledger, prepare
from demo.processes import DemoError, Processes, require_free
from demo.town import start_town
from demo.wall import browser_command, wall


@click.command()
@click.option("--port", default=8080, show_default=True, help="The centre's port; the others follow it.")
@click.option("--data", type=click.Path(path_type=Path), default=REPOSITORY / "var" / "demo", show_default="var/demo")
@click.option("--once", is_flag=True, help="Send an alert of each kind with no one watching, and end.")
@click.option("--json", "json_wanted", is_flag=True, help="With --once: print the result as JSON on the last line.")
def main(port: int, data: Path, once: bool, json_wanted: bool) -> None:
    """Show kokuchi with a sample town.

    Exit code 0: it ended well; with --once, every stage of every delivery is in the ledger.
    """
    # A supervisor's SIGTERM must end the children too, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    places = Places(data.resolve(), port)
    try:
        complete = _run(places, once, json_wanted)
    except DemoError as error:
        click.echo(f"kokuchi: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("\nkokuchi: ended; the data stays in " + str(places.data), err=True)
        sys.exit(0)
    sys.exit(0 if complete else 1)


def _run(places: Places, once: bool, json_wanted: bool) -> bool:
    require_free(
        {
            "the centre": places.port,
            "the broker": places.broker_port,
            "the page with all screens": places.wall_port,
            **{f"the screen of {terminal}": places.terminal_port(terminal) for terminal in TERMINALS},
        }
    )
    prepare(places)
    with Processes(places.logs) as processes, wall(places) as wall_url, open_ledger(places) as ledger:
        click.echo("kokuchi: starting a private Mosquitto, the centre and three terminals …", err=True)
        start_town(places, processes, quiet=once)
        if once:
            processes.start("browser", browser_command(places, wall_url))
            result = send_each_kind(places, processes, ledger)
            if json_wanted:
                click.echo(as_json(result))
            else:
                print_result(result)
            return result.is_complete
        click.echo(_where_to_look(places, wall_url))
        while True:
            processes.check()
            time.sleep(0.5)


def _where_to_look(places: Places, wall_url: str) -> str:
    users = "\n".join(f"    {account.name:<10} {password:<18} {account.role}" for account, password in USERS)
    screens = "\n".join(f"    {places.terminal_url(terminal)}/   {terminal}" for terminal in TERMINALS)
    return f"""
  Staff write and send:      {places.centre_url}/
  Operators read the log:    {places.centre_url}/log
  The households' screens (their corner has a switch for sound in the browser):
{screens}
    {wall_url}   all three side by side
  Log in with (name, password, role):
{users}
  Logs: {places.logs}   For programs: {places.summary}
  Ctrl-C ends everything; the data is kept.
"""


if __name__ == "__main__":
    main()
