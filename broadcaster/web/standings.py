"""The Japanese words for what has become of an alert at one terminal."""

from broadcaster.domain.delivery import Trouble
from broadcaster.domain.standing import TROUBLES as TROUBLE_OF
from broadcaster.domain.standing import Standing
from broadcaster.web.words import HELD_TOO_LONG, SILENCES, TROUBLES, Advice
from kokuchi.wire import Silence

_NO_VOICE = Advice(
    "音の出ない端末",
    "音の出ない端末です（画面だけで使う設定）",
    "画面には出ています。急ぐときは電話や訪問で伝えてください。",
)
_NEVER_CAME = Advice(
    "届く前に期限切れ",
    "届く前に有効期限が過ぎました",
    "いまも必要な内容なら、新しいお知らせを作って送ってください。",
)
_REASONS = {
    Standing.PENDING: Advice(
        "送信待ち", "まだ送られていません。放送の通信を待っています", "つながりしだい、自動で送られます。"
    ),
    Standing.AWAITED: Advice("応答待ち", "送ったばかりで、返事を待っています", "30秒ほどお待ちください。"),
    Standing.LAPSED: Advice("届く前に終了", "届く前に有効期限が過ぎました", "もう伝える必要はありません。"),
    Standing.MISSED: Advice("届かず", "この版が届く前に、訂正や取り消しが送られました", "新しい版が届きます。"),
    Standing.OUT_OF_SERVICE: Advice(
        "停止・廃止",
        "届く前に、端末が一時停止か廃止になりました",
        "端末には届きません。世帯の方がいるときは、電話や訪問で伝えてください。",
    ),
    Standing.RECEIVED: Advice("受信済み", "届きましたが、まだ表示も放送もされていません", "順番に放送されます。"),
    Standing.DISPLAYED: Advice("表示済み", "画面に出ましたが、まだ放送されていません", "順番に放送されます。"),
    Standing.SPEAKING: Advice(
        "放送中",
        "放送を始めました。終わったという知らせは、まだありません",
        "数分たっても変わらないときは、端末がつながっているかを確かめてください。",
    ),
    Standing.HELD: Advice(
        "朝に放送", SILENCES[Silence.HELD], "画面には出ています。急ぐときは電話や訪問で伝えてください。"
    ),
    Standing.SUMMARISED: Advice(
        "まとめて放送", SILENCES[Silence.SUMMARISED], "画面には出ています。大事な内容なら、電話でも伝えてください。"
    ),
    Standing.DECLINED: Advice(
        "音声なし", SILENCES[Silence.DECLINED], "画面には出ています。大事な内容なら、電話でも伝えてください。"
    ),
    Standing.CANCELLED: Advice("取り消し", "放送される前に、訂正や取り消しが届きました", "そのままでかまいません。"),
    Standing.VOICED: Advice(
        "放送済み",
        "放送されましたが、「わかりました」がまだ押されていません",
        "留守か、聞きのがしたかもしれません。大事な内容なら、電話や訪問で確かめてください。",
    ),
    Standing.CONFIRMED: Advice("確認済み", "「わかりました」が押されました", ""),
    Standing.NO_VOICE: _NO_VOICE,
    Standing.NEVER_CAME: _NEVER_CAME,
}
_ASK = "大事な内容なら、電話や訪問で確かめてください。"
_LEFT_OPEN = {
    Standing.HELD: Advice("放送せず", HELD_TOO_LONG, _REASONS[Standing.HELD].action),
    Standing.RECEIVED: Advice("受信のみ", "届きましたが、表示や放送をしたという知らせがありません", _ASK),
    Standing.DISPLAYED: Advice("表示のみ", "画面に出ましたが、放送したという知らせがありません", _ASK),
    Standing.SPEAKING: Advice("放送途中", "放送を始めましたが、終わったという知らせがありません", _ASK),
}
"""What is said instead once nothing will be voiced any more, and the terminal has not said how it ended."""
_WELL = (Standing.VOICED, Standing.CONFIRMED)

WHO = {
    "unreached": "届いていない",
    "unheard": "届いていない・音声で聞いていない",
    "unconfirmed": "確認していない",
    "heard": "放送を聞いた",
    "confirmed": "確認した",
}
"""The words for what can be asked for beside a standing (broadcaster.ledger.progress.WHO)."""

ORDER = {standing: number for number, standing in enumerate(Standing)}
"""What stands out first."""


def advice(standing: Standing, *, over: bool = False) -> Advice:
    """Return what a standing means and what to do; `over`: nothing will be voiced any more."""
    if over and standing in _LEFT_OPEN:
        return _LEFT_OPEN[standing]
    return _REASONS.get(standing) or TROUBLES[TROUBLE_OF[standing]]


def is_trouble(standing: Standing) -> bool:
    """Tell whether an operator should look at it."""
    return standing in TROUBLE_OF


def tone(standing: Standing) -> str:
    """Return well, waiting or trouble."""
    if is_trouble(standing):
        return "trouble"
    return "well" if standing in _WELL else "waiting"


def is_away(standing: Standing) -> bool:
    """Tell whether the terminal was last heard of some time ago."""
    return TROUBLE_OF.get(standing) is Trouble.OFFLINE
