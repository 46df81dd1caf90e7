"""What a ledger of years costs."""

from broadcaster.ledger.migrations.steps import migrations
from kokuchi.tables import Database


@migrations()
def m025_deliveries_by_alert(db: Database) -> None:
    """A delivery is found by its alert. An index by terminal had a page of its own for each terminal of each alert.

    With 1.5 million deliveries it made accepting an alert three times as slow. What one terminal was sent is looked up
    alert by alert, which there are few of.
    """
    db.execute("DROP INDEX deliveries_of_terminal")
