"""Keys and areas change while the town runs, and nobody visits a household. Real broker, centre and terminals."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from broadcaster.domain.roles import Role
from broadcaster.domain.signing import KeyState
from demo.places import TERMINALS
from demo.preparation import USERS
from demo.staff import Staff
from kokuchi.wire import Presence, SigningKey, seal
from tests.terminal.alerts import alert
from tests.town import Town
from tests.waiting import wait_until

ON, OFF = SWITCHED_ON = TERMINALS[:2]
"""The second one is switched off for a while; it belongs to the area kita."""

TEXT = "本日、町内で不審な電話がありました。"


@pytest.fixture(scope="module")
def first_key(town: Town) -> SigningKey:
    """The key that signs at the beginning, as a thief has it."""
    return SigningKey.load(town.places.data / "var" / "keys" / "signing.pem")


def presence(town: Town, terminal: str) -> Presence:
    return town.ledger.presences.all()[terminal]


def kids(town: Town, *states: KeyState) -> tuple[str, ...]:
    return tuple(key.kid for key in town.ledger.signing_keys.all() if key.state in states)


def trust(town: Town, terminal: str, *states: KeyState) -> None:
    wanted = kids(town, *states)
    wait_until(lambda: presence(town, terminal).keys == wanted, what=f"{terminal} trusts {states}")


def publish(town: Town, to: str) -> str:
    written = ["--category", "scam", "--headline", "訓練", "--body", TEXT, "--to", to, "--drill", "--json"]
    return str(json.loads(town.broadcaster("publish", *written).stdout)["identifier"])


def received(town: Town, identifier: str, terminal: str) -> None:
    wait_until(lambda: town.line(identifier, terminal).delivery.received_at, what=f"{identifier} at {terminal}")
    assert town.line(identifier, terminal).delivery.outcome is None


def test_keys_are_rotated_while_terminals_run_and_one_that_was_off_takes_what_the_new_one_signed(
    town: Town, first_key: SigningKey
) -> None:
    trust(town, OFF, KeyState.CURRENT, KeyState.NEXT)
    town.kill(OFF)
    [following] = kids(town, KeyState.NEXT)
    said = town.broadcaster("keys", "rotate").stdout
    assert said.startswith(f"{following} signs from now on")
    trust(town, ON, KeyState.FORMER, KeyState.CURRENT, KeyState.NEXT)
    assert kids(town, KeyState.FORMER) == (first_key.kid,)

    identifier = publish(town, "all")
    received(town, identifier, ON)
    town.processes.start_again(OFF)
    received(town, identifier, OFF)
    trust(town, OFF, KeyState.FORMER, KeyState.CURRENT, KeyState.NEXT)
    assert presence(town, ON).refused == presence(town, OFF).refused == 0


def test_what_a_stolen_key_has_signed_is_refused_once_it_is_revoked(town: Town, first_key: SigningKey) -> None:
    town.broadcaster("keys", "revoke", first_key.kid, "--yes")
    for terminal in SWITCHED_ON:
        trust(town, terminal, KeyState.CURRENT, KeyState.NEXT)
    forged = alert("forged", sent=datetime.now(UTC))
    town.publish_as_intruder("kokuchi/v1/tsukigata/alert/all", seal(forged, first_key))
    for terminal in SWITCHED_ON:
        wait_until(lambda terminal=terminal: presence(town, terminal).refused == 1)  # type: ignore[misc]
        assert (presence(town, terminal).last_refusal or "").startswith("unknown_key")
    received(town, publish(town, "all"), OFF)


def test_another_name_for_a_kind_of_notice_is_on_the_household_s_page(town: Town) -> None:
    categories = town.places.config.parent / "categories.toml"
    categories.write_text(categories.read_text().replace("消費者啓発開催情報", "消費者啓発の催し"))
    town.kill("centre")
    town.processes.start_again("centre")
    page = f"{town.places.terminal_url(ON)}/preferences"

    def kinds() -> list[str]:
        return [kind["name"] for kind in httpx.get(page).json()["kinds"]]

    wait_until(lambda: "消費者啓発の催し" in kinds())


def office(town: Town) -> Staff:
    admin, password = next(
        (account.name, password) for account, password in USERS if account.role is Role.ADMINISTRATOR
    )
    return Staff(town.places, admin, password)


def test_a_terminal_that_moves_to_another_area_hears_that_area_s_alerts_without_a_restart(town: Town) -> None:
    before = presence(town, OFF)
    page = f"/terminals/{OFF}/change"
    with office(town) as staff:
        moved = (("household", "例示 二郎"), ("kind", "household"), ("area", "minami"))
        assert "done=changed" in str(staff.press(page, page, *moved).url)
    wait_until(lambda: (presence(town, OFF).settings or 0) > (before.settings or 0))
    received(town, publish(town, "area:minami"), OFF)
    assert presence(town, OFF).started_at == before.started_at
    kita = publish(town, "area:kita")
    assert OFF not in {line.terminal.id for line in town.ledger.deliveries.of_alert(town.accepted(kita).row)}


def test_a_terminal_that_was_suspended_and_comes_back_hears_what_is_valid_and_was_not_for_it_then(town: Town) -> None:
    def step(name: str) -> None:
        page = f"/terminals/{OFF}/service/{name}"
        with office(town) as staff:
            assert f"done={name}" in str(staff.press(page, page).url)

    def is_retained() -> bool:
        row = town.ledger.connections.read().execute(
            "SELECT published FROM terminal_settings JOIN terminals AS t ON t.id = terminal_id WHERE terminal = ?",
            [OFF],
        )
        return bool(row.fetchone()["published"])

    step("suspend")
    wait_until(lambda: not is_retained(), what="the broker keeps no settings of it")
    meanwhile = publish(town, "all")
    received(town, meanwhile, ON)
    assert OFF not in {line.terminal.id for line in town.ledger.deliveries.of_alert(town.accepted(meanwhile).row)}
    step("resume")
    received(town, meanwhile, OFF)
    wait_until(is_retained, what="the broker has its settings again")
