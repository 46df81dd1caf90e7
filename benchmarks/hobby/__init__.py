"""What a capable hobbyist would build instead of kokuchi's centre: Node-RED with its SQLite node, on the same broker.

It is no part of the product: `make hobby` installs it through npm into a folder that git ignores. It has every choice
that a town's own enthusiast could know of, so that nobody can say it was set up to lose:

- The broker is the one that kokuchi configures, with its queue limits lifted; on a stock one it loses most reports.
- A session of its own over MQTT 5 (client identifier, no clean start, a day's expiry), so that the broker keeps for it
  what comes while it is away; QoS 1 both ways. A message is acknowledged as Node-RED does it: when the flow gets it.
- A join node gathers up to 500 reports or 50 ms of them, and a prepared statement of the SQLite node writes them in one
  transaction. `rows_at_once=1` is the flow of most tutorials, a row for each message, which took three times as long.
- WAL and `synchronous = NORMAL`, as every guide says. kokuchi commits with FULL; here that costs a row at a time five
  times as long again, and 500 at once hardly anything.
- A primary key with `INSERT OR IGNORE`, so that what comes twice counts once.
- No editor, no debug nodes, no status of each message.

What it does not have: a signature, a verified terminal, a page, a user, and any way to find again what it has lost.
"""
