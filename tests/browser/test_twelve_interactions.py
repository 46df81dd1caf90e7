"""From the log-in page to sent in at most twelve interactions, for each kind (issue 6)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.broadcaster.web.town import PASSWORD
from tests.browser.office import Office, office, page_of

MOST = 12

WORDS = {
    "詐欺事案情報": ["警察官", "本日午後1時ごろ", "北地区", "警察官", "口座が悪用されている"],
    "消費者被害情報": ["水道の点検", "昨日", "南地区", "水道の無料点検"],
    "不審者情報": ["南地区", "昨夜8時ごろ", "南地区の公園付近", "子どもに声をかける人"],
    "道からの注意喚起情報": [
        "にせのメールにご注意ください",
        "本日",
        "にせのメール",
        "知らない人からのメールは開かないでください",
    ],
    "消費者啓発開催情報": ["スマホ教室", "12月7日月曜日", "午前10時", "交流センター"],
}
"""What is written into the gaps of each kind's template, in their order."""


class Hand:
    """Does what a person does, and counts it: each click, Tab and Enter, each field of the log-in filled in.

    The keystrokes of the message's own words are not counted.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self.interactions: list[str] = []

    def click(self, role: str, name: str) -> None:
        self.interactions.append(f"click {name}")
        target = self._page.get_by_role(role, name=name, exact=role == "button")  # type: ignore[arg-type] # a role
        target.first.click()

    def press(self, key: str) -> None:
        self.interactions.append(key)
        self._page.keyboard.press(key)

    def fill(self, text: str, what: str) -> None:
        self.interactions.append(f"fill in {what}")
        self._page.keyboard.type(text)

    def words(self, text: str) -> None:
        self._page.keyboard.insert_text(text)


@pytest.fixture(scope="module")
def town_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.mark.parametrize("kind", WORDS)
def test_a_warning_of_each_kind_is_sent_in_twelve_interactions(
    browser: Browser, town_office: Office, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page = page_of(browser)
    page.goto(f"{town_office.address}/login")
    expect(page.get_by_label("アカウント名")).to_be_focused()
    hand = Hand(page)
    hand.fill("hanako", "アカウント名")
    hand.press("Tab")
    hand.fill(PASSWORD, "パスワード")
    hand.press("Enter")
    hand.click("link", "お知らせを作る")
    hand.click("radio", kind)
    expect(page.get_by_label("見出し", exact=True)).to_be_focused()
    first, *others = WORDS[kind]
    hand.words(first)
    for word in others:
        hand.press("Tab")
        hand.words(word)
    expect(page.locator("#gaps")).to_be_hidden()
    # Where Japanese words would stand in the translations, it has to be decided what becomes of them.
    if page.locator("#translations-gaps").is_visible():
        hand.click("button", "外国語の文面をつけない")
    hand.click("button", "確認へ進む")
    hand.click("button", "いますぐ放送する")

    expect(page.get_by_role("heading", level=1)).to_contain_text(WORDS[kind][0])
    alert = town_office.ledger.alerts.newest(1)[0].alert
    assert alert.event == kind
    assert page.url.endswith(f"/alerts/{alert.identifier}")
    assert all(word in alert.headline + alert.body for word in WORDS[kind])
    assert "〔" not in alert.headline + alert.body
    with capsys.disabled():
        print(f"\n{kind}: {len(hand.interactions)} interactions: {', '.join(hand.interactions)}")
    assert len(hand.interactions) <= MOST
    page.context.close()
