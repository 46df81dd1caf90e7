"""The dictionary's whole way: from the staff's page to what a running terminal says. Real broker, centre, voice."""

import json
from datetime import UTC, datetime, timedelta

import httpx

from broadcaster.ledger.deliveries import Line
from demo.places import TERMINALS
from demo.preparation import USERS
from demo.staff import Staff
from kokuchi.wire import Dictionary, Entry, SigningKey, seal
from tests.town import Town
from tests.waiting import wait_until

SWITCHED_ON = TERMINALS[:2]
TOPIC = "kokuchi/v1/tsukigata/dictionary"
SECONDS = timedelta(seconds=10)
"""What is said differently within seconds."""


def have(town: Town, revision: int) -> bool:
    presences = town.ledger.presences.all()
    return all(presences[terminal].dictionary == revision for terminal in SWITCHED_ON)


def add(town: Town, word: str, reading: str) -> int:
    """Add a word on the page, as staff do; return the revision that has it."""
    account, password = USERS[0]
    with Staff(town.places, account.name, password) as staff:
        page = staff.add_word(word, reading, f"{word}で訓練です。")
    assert f"「{word}」の読み「{reading}」を登録しました。" in page
    return town.ledger.dictionary.revision()


def voiced(town: Town, identifier: str, terminal: str = TERMINALS[0]) -> Line:
    wait_until(lambda: town.line(identifier, terminal).delivery.voiced_at)
    return town.line(identifier, terminal)


def seconds_of_sound(town: Town, headline: str) -> float:
    """Return how long the device of the first terminal sounds for an alert of these words."""
    sound = town.places.device_files(TERMINALS[0]) / "sound.raw"
    identifier = town.send(headline, headline)
    voiced(town, identifier)
    return sound.stat().st_size / 2 / 48000


def test_every_terminal_reads_by_the_base_words_from_the_start(town: Town) -> None:
    wait_until(lambda: have(town, 1), what="presence tells the revision")
    identifier = town.send("はじめの放送", "月形町札比内です。")
    assert voiced(town, identifier).delivery.dictionary == 1


def test_a_word_that_was_added_on_the_page_is_said_by_running_terminals_within_seconds(town: Town) -> None:
    before = seconds_of_sound(town, "架空の放送")
    revision = add(town, "架空", "カクレザトカクレザトカクレザト")
    wait_until(lambda: have(town, revision), what="every terminal tells the new revision")
    change = town.ledger.dictionary.last_change("架空")
    assert change is not None
    took = datetime.now(UTC) - change.changed_at
    print(f"every terminal read by the new word {took.total_seconds():.2f} s after it was committed")
    assert took < SECONDS

    # The kana is four times as long, and is said in the headline and in the body.
    assert seconds_of_sound(town, "架空の放送") > before + 1.5
    identifier = town.send("架空の放送", "架空です。")
    for terminal in SWITCHED_ON:
        assert voiced(town, identifier, terminal).delivery.dictionary == revision
    log = json.loads(town.broadcaster("log", identifier, "--json").stdout)
    assert {entry["dictionary"] for entry in log if entry["terminal"] in SWITCHED_ON} == {revision}
    assert town.accepted(identifier).dictionary == revision


def test_the_preview_at_the_centre_reads_by_the_same_words(town: Town) -> None:
    tested = json.loads(town.broadcaster("dictionary", "test", "架空です。", "--json").stdout)
    identifier = town.send("架空のためし", "架空です。")
    reading = town.accepted(identifier).alert.reading
    assert reading is not None
    assert reading.body == tested["reading"] == "カクレザトカクレザトカクレザトデス。"
    furigana = town.accepted(identifier).alert.furigana
    assert furigana is not None
    assert furigana.body[0].kana == "かくれざとかくれざとかくれざと"


def test_a_word_that_is_added_in_the_shell_reaches_the_terminals_too(town: Town) -> None:
    answer = town.broadcaster("dictionary", "add", "知来乙", "ちらいおつ", "--example", "知来乙です。", "--json")
    wait_until(lambda: have(town, json.loads(answer.stdout)["revision"]))


def test_a_forged_a_foreign_and_an_older_dictionary_change_nothing(town: Town) -> None:
    """Promise 4."""
    key = SigningKey.load(town.places.data / "var" / "keys" / "signing.pem")
    standing = town.ledger.dictionary.standing()
    assert standing is not None
    refused = {name: presence.refused or 0 for name, presence in town.ledger.presences.all().items()}
    later = Dictionary(
        town="tsukigata",
        revision=standing.revision + 100,
        sent=datetime.now(UTC),
        expires=datetime.now(UTC) + timedelta(days=1),
        entries=(Entry(word="月形町", reading="ニセモノ"),),
    )
    for payload in (
        seal(later, SigningKey.generate()),
        seal(later.model_copy(update={"town": "elsewhere"}), key),
        later.model_dump_json().encode(),
        seal(later.model_copy(update={"revision": 1}), key),
    ):
        town.publish_as_intruder(TOPIC, payload)
    wait_until(
        lambda: all(
            (town.ledger.presences.all()[terminal].refused or 0) >= refused[terminal] + 3 for terminal in SWITCHED_ON
        ),
        what="each terminal counts what it refused",
    )
    assert have(town, standing.revision)


def test_a_terminal_that_was_off_has_the_newest_words_before_it_says_anything(town: Town) -> None:
    town.kill("t-0002")
    wait_until(lambda: not town.ledger.presences.all()["t-0002"].online, what="the last will is in the ledger")
    revision = add(town, "留守言葉", "ルスコトバ")
    identifier = town.send("留守のあいだの放送", "留守言葉です。", ("t-0002",))

    town.processes.start_again("t-0002")

    wait_until(lambda: town.line(identifier, "t-0002").delivery.voiced_at)
    wait_until(lambda: have(town, revision))


def test_a_broker_and_a_centre_that_are_started_again_keep_the_revision(town: Town) -> None:
    revision = town.ledger.dictionary.revision()
    for name in ("mosquitto", "centre"):
        town.kill(name)
        town.processes.start_again(name)
    wait_until(lambda: (state := town.ledger.broker.state()) and state.connected)
    town.wait_for_presence()
    assert town.ledger.dictionary.revision() == revision
    town.kill(SWITCHED_ON[1])
    town.processes.start_again(SWITCHED_ON[1])
    wait_until(lambda: have(town, revision))


def test_an_undone_word_is_read_as_before(town: Town) -> None:
    town.broadcaster("dictionary", "remove", "架空")
    revision = town.ledger.dictionary.revision()
    wait_until(lambda: have(town, revision))
    assert "カクレザト" not in town.broadcaster("dictionary", "test", "架空です。").stdout


def test_the_page_is_closed_to_those_who_are_not_logged_in(town: Town) -> None:
    """Promise 10."""
    answer = httpx.get(f"{town.places.centre_url}/dictionary")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fdictionary")


def test_every_log_of_the_town_is_free_of_tracebacks(town: Town) -> None:
    for log in town.places.logs.glob("*.log"):
        assert "Traceback" not in log.read_text(errors="replace"), log.read_text(errors="replace")[-2000:]
