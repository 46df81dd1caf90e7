import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokuchi.wire import Audience, AudienceKind, Membership, Topics

from . import strategies

TOPICS = Topics(strategies.TOWN)
TERMINAL = Membership(terminal="terminal-1", areas=frozenset({"area-1", "area-2"}), groups=frozenset({"firefighters"}))


class TestAudience:
    @given(strategies.memberships())
    def test_all_includes_every_terminal(self, membership: Membership) -> None:
        assert Audience(kind=AudienceKind.ALL).includes(membership)

    @pytest.mark.parametrize(
        ("kind", "members", "included"),
        [
            (AudienceKind.AREAS, ("area-2", "area-9"), True),
            (AudienceKind.AREAS, ("area-9",), False),
            (AudienceKind.AREAS, ("firefighters", "terminal-1"), False),
            (AudienceKind.GROUPS, ("firefighters",), True),
            (AudienceKind.GROUPS, ("schools",), False),
            (AudienceKind.GROUPS, ("area-1", "terminal-1"), False),
            (AudienceKind.TERMINALS, ("terminal-9", "terminal-1"), True),
            (AudienceKind.TERMINALS, ("terminal-9",), False),
            (AudienceKind.TERMINALS, ("area-1", "firefighters"), False),
        ],
    )
    def test_the_others_include_only_whom_they_name(
        self, kind: AudienceKind, members: tuple[str, ...], *, included: bool
    ) -> None:
        assert Audience(kind=kind, members=members).includes(TERMINAL) is included

    @given(strategies.audiences())
    def test_a_terminal_without_area_or_group_is_reached_by_all_or_by_name_only(self, audience: Audience) -> None:
        alone = Membership(terminal="alone")
        assert audience.includes(alone) == (audience.kind is AudienceKind.ALL)


class TestAlertTopics:
    @given(strategies.audiences(), strategies.memberships())
    def test_an_alert_arrives_at_exactly_the_terminals_that_its_audience_includes(
        self, audience: Audience, membership: Membership
    ) -> None:
        arrives = not set(TOPICS.of_audience(audience)).isdisjoint(TOPICS.of_member(membership))
        assert arrives == audience.includes(membership)

    @given(strategies.memberships())
    def test_a_terminal_listens_to_alert_topics_only_and_to_each_once(self, membership: Membership) -> None:
        topics = TOPICS.of_member(membership)
        assert all(TOPICS.is_alert(topic) for topic in topics)
        assert len(set(topics)) == len(topics) == 2 + len(membership.areas) + len(membership.groups)

    @given(strategies.audiences(), strategies.memberships())
    def test_nothing_reaches_the_terminals_of_another_town(self, audience: Audience, membership: Membership) -> None:
        other = Topics(strategies.TOWN + "-2")
        assert set(TOPICS.of_audience(audience)).isdisjoint(other.of_member(membership))
        assert not any(other.is_alert(topic) for topic in TOPICS.of_audience(audience))


class TestOwnTopics:
    @given(strategies.identifiers())
    def test_the_writer_of_a_terminals_topic_is_that_terminal(self, terminal: str) -> None:
        for topic in (
            TOPICS.delivery(terminal),
            TOPICS.presence(terminal),
            TOPICS.request(terminal),
            TOPICS.sync(terminal),
        ):
            assert TOPICS.terminal_of(topic) == terminal
            assert not TOPICS.is_alert(topic)

    @given(st.lists(strategies.identifiers(), min_size=2, max_size=2, unique=True))
    def test_no_two_terminals_and_no_two_purposes_share_a_topic(self, terminals: list[str]) -> None:
        spellings = (TOPICS.delivery, TOPICS.presence, TOPICS.request, TOPICS.sync, TOPICS.sync_reply)
        assert len({spell(terminal) for spell in spellings for terminal in terminals}) == 10

    def test_topics_are_spelt_as_the_design_says(self) -> None:
        assert TOPICS.of_member(TERMINAL) == [
            "kokuchi/v1/testville/alert/all",
            "kokuchi/v1/testville/alert/area/area-1",
            "kokuchi/v1/testville/alert/area/area-2",
            "kokuchi/v1/testville/alert/group/firefighters",
            "kokuchi/v1/testville/alert/terminal/terminal-1",
        ]
        assert TOPICS.delivery("+") == "kokuchi/v1/testville/delivery/+"
        assert TOPICS.presence("+") == "kokuchi/v1/testville/presence/+"
        assert TOPICS.request("+") == "kokuchi/v1/testville/request/+"
        assert TOPICS.sync("+") == "kokuchi/v1/testville/sync/+"
        assert TOPICS.sync_reply("terminal-1") == "kokuchi/v1/testville/sync/terminal-1/reply"
