"""Where messages go. The only place that knows how topics are spelt."""

from dataclasses import dataclass

from kokuchi.wire.audience import Audience, AudienceKind, Membership

_LEVEL_OF_KIND = {
    AudienceKind.AREAS: "area",
    AudienceKind.GROUPS: "group",
    AudienceKind.TERMINALS: "terminal",
}


@dataclass(frozen=True)
class Topics:
    """The topics of one town."""

    town: str

    @property
    def root(self) -> str:
        """The common beginning of every topic of the town."""
        return f"kokuchi/v1/{self.town}"

    def of_audience(self, audience: Audience) -> list[str]:
        """Return the topics on which an alert to this audience is published."""
        if audience.kind is AudienceKind.ALL:
            return [f"{self.root}/alert/all"]
        level = _LEVEL_OF_KIND[audience.kind]
        return [f"{self.root}/alert/{level}/{member}" for member in audience.members]

    def of_member(self, membership: Membership) -> list[str]:
        """Return the topics on which alerts for this terminal arrive."""
        return [
            f"{self.root}/alert/all",
            *(f"{self.root}/alert/area/{area}" for area in sorted(membership.areas)),
            *(f"{self.root}/alert/group/{group}" for group in sorted(membership.groups)),
            f"{self.root}/alert/terminal/{membership.terminal}",
        ]

    @property
    def dictionary(self) -> str:
        """Where the town's dictionary is retained."""
        return f"{self.root}/dictionary"

    def settings(self, terminal: str) -> str:
        """Where the centre tells a terminal about itself, retained; "+" for all terminals."""
        return f"{self.root}/settings/{terminal}"

    def delivery(self, terminal: str) -> str:
        """Where a terminal reports; "+" for all terminals."""
        return f"{self.root}/delivery/{terminal}"

    def presence(self, terminal: str) -> str:
        """Where a terminal says how it is; "+" for all terminals."""
        return f"{self.root}/presence/{terminal}"

    def request(self, terminal: str) -> str:
        """Where a terminal says that its household wants to be called back; "+" for all terminals."""
        return f"{self.root}/request/{terminal}"

    def sync(self, terminal: str) -> str:
        """Where a terminal says what it holds; "+" for all terminals."""
        return f"{self.root}/sync/{terminal}"

    def sync_reply(self, terminal: str) -> str:
        """Where the centre answers that."""
        return f"{self.root}/sync/{terminal}/reply"

    def shared_deliveries(self, group: str) -> str:
        """What a group of collectors subscribes to who share the reports: each of these comes to one of them."""
        return f"$share/{group}/{self.delivery('+')}"

    def collector(self, name: str) -> str:
        """Where a further collector says to itself, and to nobody else, that nothing more can come before it."""
        return f"{self.root}/collector/{name}"

    def is_alert(self, topic: str) -> bool:
        """Tell whether alerts travel on this topic."""
        return topic.startswith(f"{self.root}/alert/")

    def terminal_of(self, topic: str) -> str:
        """Return the terminal that wrote to a delivery, presence, request or sync topic.

        The broker lets a terminal write its own topics only, so this name is the one to trust, not the payload's.
        """
        return topic.removeprefix(f"{self.root}/").split("/")[1]
