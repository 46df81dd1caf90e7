"""What a capable hobbyist would build instead of kokuchi's centre: Node-RED with its SQLite node, on the same broker.

It is no part of the product: `make hobby` installs it through npm into a folder that git ignores. It has every choice
that a town's own enthusiast could know of, so that nobody can say it was set up to lose:

- The broker is the one that kokuchi configures, with its queue limits lifted; on a stock one it loses most reports.
- A session of its own over MQTT 5 (client identifier, no clean start, a day's expiry), so that the broker keeps for it
  what comes while it is away; QoS 1 both ways. A message is acknowledged as Node-RED does it: when the flow gets it.
- A join node gathers up to 500 reports or 50 ms of them, and a prepared statement of the SQLite node writes them in one
  transaction. `--hobby-rows 1` is the flow of most tutorials, a row for each message: three times as long.
- WAL and `synchronous = NORMAL`, as guides say; a power cut may cost the last rows. kokuchi commits with FULL;
  with that, a row for each message takes several times as long again.
- A primary key with `INSERT OR IGNORE`, so that what comes twice counts once.
- No editor, no debug nodes, no status of each message.

What it does not have: signatures, pages, users, and any way to find again what it has lost. Killed in the middle it
loses what it had acknowledged and not written (`interruption.py`); a real town's reports come more slowly than here.
"""
