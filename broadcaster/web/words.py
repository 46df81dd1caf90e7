"""The Japanese words for what the domain knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from broadcaster.domain.condition import Condition
from broadcaster.domain.delivery import Fault, Stage, Trouble
from broadcaster.domain.timing import WEEKDAYS
from kokuchi.wire import AudienceKind, Level, MessageType, Silence, Speaker

LEVELS = {Level.EMERGENCY: "緊急", Level.IMPORTANT: "重要", Level.NOTICE: "お知らせ"}

MESSAGE_TYPES = {MessageType.ALERT: "放送", MessageType.UPDATE: "訂正", MessageType.CANCEL: "取り消し"}

LEVEL_EFFECTS = {
    Level.EMERGENCY: "ほかの放送を止め、音量を上げて、すぐに2回読み上げます。止めた放送は、あとで続きを読み上げます。",
    Level.IMPORTANT: "画面いっぱいに表示し、2回読み上げます。",
    Level.NOTICE: "画面に表示し、1回読み上げます。",
}

AUDIENCES = {
    AudienceKind.ALL: "全域",
    AudienceKind.AREAS: "行政区を選ぶ",
    AudienceKind.GROUPS: "グループを選ぶ",
    AudienceKind.TERMINALS: "端末を選ぶ",
}

STAGES = {Stage.RECEIVED: "受信", Stage.DISPLAYED: "表示", Stage.VOICED: "放送", Stage.CONFIRMED: "確認"}

SPEAKERS = {Speaker.UNTRIED: "まだ鳴らしていません", Speaker.WORKING: "正常", Speaker.FAILED: "音が出ません"}

FAULTS = {
    Fault.SOUND: "音が出ません。スピーカーの線と音量を確かめてください",
    Fault.STORAGE: "端末に記録できないか、空きが残りわずかです。保守の担当者に交換を頼んでください",
    Fault.CLOCK: "時刻を確かめられません。通信が戻れば自動で合います",
    Fault.HEAT: "端末が熱くなっています。日の当たらない、風通しのよい所に置いてもらってください",
}

CONDITIONS = {
    Condition.OFFLINE: ("接続なし", "電源が切れているか、通信が止まっています"),
    Condition.SOUND: ("音が出ない", "スピーカーの線と音量を確かめます"),
    Condition.STORAGE: ("記録できない", "保守の担当者に交換を頼みます"),
    Condition.CLOCK: ("時刻が不明", "通信が戻れば自動で合います"),
    Condition.HEAT: ("熱い", "日の当たらない所に置いてもらいます"),
    Condition.NEVER: ("未接続", "まだ一度もつながっていません"),
}
"""What a terminal's condition is called in a list, and what it means or what to do."""

SILENCES = {
    Silence.HELD: "おやすみ時間のため、朝に放送します",
    Silence.SUMMARISED: "不在後のまとめでお知らせしました",
    Silence.DECLINED: "世帯の設定により音声なし",
}

HELD_TOO_LONG = "おやすみ時間のため、放送していません"
"""What is said of an alert that will not be voiced in the morning any more."""


@dataclass(frozen=True)
class Advice:
    """What stands out about a delivery, and what to do."""

    short: str
    meaning: str
    action: str


TROUBLES = {
    Trouble.NEVER_SEEN: Advice(
        "未接続",
        "この端末は、まだ一度もつながったことがありません",
        "電源と通信の線、端末の登録を確かめてください。急ぐときは電話や訪問で伝えてください。",
    ),
    Trouble.OFFLINE: Advice(
        "接続なし",
        "電源が切れているか、通信が止まっています",
        "つながると自動で届きます。急ぐときは電話や訪問で伝えてください。",
    ),
    Trouble.NO_ANSWER: Advice(
        "応答なし",
        "つながっていますが、受信の応答がありません",
        "しばらく待っても変わらないときは、端末の電源を入れなおしてもらってください。",
    ),
    Trouble.VOICE_FAILED: Advice(
        "音が出ません",
        "端末の音が出ませんでした",
        "電話や訪問で伝え、スピーカーの線と音量を確かめてください。",
    ),
    Trouble.REFUSED: Advice(
        "受付拒否",
        "端末がお知らせを受け付けませんでした",
        "電話や訪問で伝え、端末の時計と登録を保守の担当者に確かめてもらってください。",
    ),
    Trouble.NOT_DISPLAYED: Advice(
        "表示なし",
        "音は出ましたが、画面に表示されませんでした",
        "画面の電源と線を確かめてください。",
    ),
    Trouble.EXPIRED: Advice(
        "放送前に期限切れ",
        "放送される前に有効期限が過ぎました",
        "いまも必要な内容なら、新しいお知らせを作って送ってください。",
    ),
}


def outdated_dictionary(used: int | None, newest: int | None, when: str) -> str:
    """Return that a terminal reads by older words than it should; empty if it does not."""
    if newest is None or (used is not None and used >= newest):
        return ""
    return f"読みの辞書が古い（第{used}版／{when}第{newest}版）" if used else f"読みの辞書がない（{when}第{newest}版）"


def moment(value: datetime, zone: ZoneInfo) -> str:
    """Return a day and a time to the minute, for sentences."""
    local = value.astimezone(zone)
    return f"{local.month}月{local.day}日({WEEKDAYS[local.weekday()]}){local.hour}時{local.minute:02}分"


def day_and_clock(value: datetime, zone: ZoneInfo) -> str:
    """Return a day and a time, short, for lists."""
    return f"{value.astimezone(zone):%Y/%m/%d %H:%M}"


def clock(value: datetime | None, day: datetime, zone: ZoneInfo) -> str:
    """Return a time to the second, with its day if that is another one than `day`'s; empty if there is none."""
    if value is None:
        return ""
    local = value.astimezone(zone)
    return f"{local:%H:%M:%S}" if local.date() == day.astimezone(zone).date() else f"{local:%m/%d %H:%M:%S}"


def validity_in_words(length: timedelta) -> str:
    """Return for how long an alert is told, in days from two whole ones on: 「24時間」, 「3日間」."""
    hours = round(length / timedelta(hours=1))
    return f"{hours // 24}日間" if hours > 24 and hours % 24 == 0 else f"{hours}時間"


def duration(length: timedelta) -> str:
    """Return how long something has lasted, in the two largest units that matter."""
    minutes = max(0, int(length.total_seconds())) // 60
    hours, days = minutes // 60, minutes // (24 * 60)
    if days:
        return f"{days}日{hours % 24}時間" if hours % 24 else f"{days}日"
    if hours:
        return f"{hours}時間{minutes % 60}分" if minutes % 60 else f"{hours}時間"
    return f"{minutes}分" if minutes else "1分たらず"
