"""The words for what is wrong: Japanese for the pages and the mails, English for the shell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from broadcaster.domain.incident import Incident, Kind, Urgency
from broadcaster.domain.town import Town

URGENCIES = {Urgency.URGENT: "すぐに対応してください", Urgency.SOON: "早めに確かめてください"}

_CALL_MAINTENANCE = "保守の担当者に連絡してください。"
_FILES = {"server.pem": "サーバーの証明書", "authority.pem": "町の認証局の証明書", "web.pem": "画面用に入れた証明書"}


@dataclass(frozen=True)
class Words:
    """What is wrong, what it means for the households, and what to do; `english` is the title for the shell."""

    title: str
    meaning: str
    action: str
    english: str


# {number} terminals, {area}, {file}, {until} and {detail} are filled in.
WORDS: Mapping[Kind, Words] = {
    Kind.CENTRE_STOPPED: Words(
        "告知放送のシステムが止まっています",
        "お知らせを作ることも、送ることもできません。",
        f"サーバーの電源を確かめ、{_CALL_MAINTENANCE}急ぐお知らせは、電話や広報車で伝えてください。",
        "the centre does not run",
    ),
    Kind.CENTRE_CRASHES: Words(
        "告知放送のシステムが、止まっては起動しなおすことをくり返しています",
        "この1時間に3回以上、ひとりでに止まりました。書いたお知らせは保存されていますが、送るのが遅れることがあります。",
        f"{_CALL_MAINTENANCE}急ぐお知らせは、電話や訪問でも伝えてください。1時間のあいだ起きなければ、この表示は消えます。",
        "the centre has crashed 3 times or more within an hour: see `journalctl -u kokuchi-centre`",
    ),
    Kind.CENTRE_STOOD_STILL: Words(
        "告知放送のシステムが動かなくなり、自動で起動しなおしました",
        "いまは動いています。くり返すときは、サーバーの故障か、ソフトウェアの誤りのおそれがあります。",
        f"{_CALL_MAINTENANCE}1日のあいだ起きなければ、この表示は消えます。",
        "the centre stood still ({detail}) and was started anew",
    ),
    Kind.BROKER_AWAY: Words(
        "放送の通信が止まっています",
        "お知らせが端末に届きません。書いたお知らせは保存され、つながりしだい自動で送られます。",
        f"数分待っても変わらなければ、{_CALL_MAINTENANCE}急ぐお知らせは、電話や訪問でも伝えてください。",
        "the broker is not connected",
    ),
    Kind.OUTBOX_STUCK: Words(
        "お知らせが送信されずに残っています",
        "通信はつながっていますが、2分以上送られていないお知らせがあります。",
        f"「放送記録」でどのお知らせかを確かめ、{_CALL_MAINTENANCE}急ぐときは、電話や訪問でも伝えてください。",
        "alerts wait in the outbox though the broker is connected",
    ),
    Kind.KEY_MISSING: Words(
        "お知らせに署名するかぎのファイルがありません",
        "次にシステムを再起動すると、お知らせを送れなくなります。",
        f"再起動をせずに、{_CALL_MAINTENANCE}控え（バックアップ）からかぎを戻します。",
        "the signing key is missing",
    ),
    Kind.ALERTS_HELD: Words(
        "控えから元にもどしたあと、止めてあるお知らせがあります（{detail}件）",
        "確かめるまで、端末に届きません。控えを取ったあとに、訂正や取り消しがあったかもしれません。",
        "お知らせを出せる人が「止めてあるお知らせ」を開き、このまま有効にするか、取り消すかを決めてください。",
        "alerts that are held after the restore: {detail}",
    ),
    Kind.NEXT_KEY_MISSING: Words(
        "次に使う署名のかぎのファイルがありません",
        "いまのかぎが盗まれたり、なくなったりしたとき、すぐに替えられません。",
        f"{_CALL_MAINTENANCE}控え（バックアップ）からかぎを戻します。",
        "the next signing key is missing",
    ),
    Kind.KEY_OLD: Words(
        "お知らせに署名するかぎを、1年以上替えていません",
        "お知らせは届きます。長く使うほど、盗まれたときの害が大きくなります。",
        f"急ぎません。{_CALL_MAINTENANCE}かぎを替えます（端末への訪問は要りません）。",
        "the signing key is over 13 months old: `broadcaster keys rotate`",
    ),
    Kind.DATABASE_DAMAGED: Words(
        "記録のファイルがこわれています",
        "放送記録や名簿の一部が失われるおそれがあります。",
        f"サーバーを止めずに、{_CALL_MAINTENANCE}控え（バックアップ）からの復元が必要です。",
        "the ledger is damaged",
    ),
    Kind.DISK_LOW: Words(
        "サーバーのディスクの空きが少なくなっています（残り約{detail}MB）",
        "いっぱいになると、お知らせを送れなくなります。",
        f"{_CALL_MAINTENANCE}要らないファイルを片づけるか、ディスクを大きくします。",
        "the disk of the ledger has about {detail} MB left",
    ),
    Kind.CERTIFICATE_ENDS: Words(
        "{file}の期限が近づいています（{until}まで）",
        "期限を過ぎると、端末やパソコンがサーバーにつながらなくなります。",
        f"期限までに更新するよう、{_CALL_MAINTENANCE}",
        "{key} ends {until}",
    ),
    Kind.WIDE_OUTAGE: Words(
        "多くの端末が一度に切れました（{number}台）",
        "停電か、通信の広い範囲の障害と思われます。この端末の世帯には、いまお知らせが届きません。",
        "停電の情報と通信会社の情報を確かめてください。急ぐお知らせは、電話・広報車・訪問で伝えてください。つながった端末には自動で届きます。",
        "terminals that went off at once: {number}",
    ),
    Kind.AREA_OUTAGE: Words(
        "{area}の端末がすべて切れています（{number}台）",
        "この行政区の停電か、通信の障害と思われます。行政区の世帯には、いまお知らせが届きません。",
        "停電の情報と通信会社の情報を確かめてください。急ぐお知らせは、電話・広報車・訪問で伝えてください。つながった端末には自動で届きます。",
        "all terminals of the area {key} are off: {number}",
    ),
    Kind.COLLECTOR_AWAY: Words(
        "端末からの報告を分担するプログラム（{key}番）が止まっています",
        "お知らせは、いつもどおり送られます。端末からの「届いた」などの報告のうち、{key}番の分だけ、画面に出るのが遅れます。"
        "報告はなくなりません。{key}番が動くまで、通信のサーバーで待っています。",
        f"{_CALL_MAINTENANCE}サーバーで kokuchi-collector@{{key}} を起動します。",
        "collector {key} does not run: `systemctl start kokuchi-collector@{key}`; its reports wait, nothing is lost",
    ),
    Kind.BACKUP_OLD: Words(
        "控え（バックアップ）が作られていません",
        "いまサーバーがこわれると、名簿や放送記録を元に戻せません。",
        f"{_CALL_MAINTENANCE}控えの保存先と、毎日の自動実行を確かめます。",
        "there is no recent backup",
    ),
    Kind.BACKUP_UNCHECKED: Words(
        "控え（バックアップ）が、元に戻せるか確かめられていません",
        "控えはありますが、読めることを試していません。",
        f"続くときは、{_CALL_MAINTENANCE}",
        "the newest backup was not checked",
    ),
    Kind.CLOCK_UNSYNCHRONISED: Words(
        "サーバーの時計が合わせられていません",
        "時計がずれると、お知らせの有効期限や予約の時刻がくるいます。",
        f"数時間たっても変わらなければ、{_CALL_MAINTENANCE}",
        "the clock is not synchronised",
    ),
    Kind.LOG_LARGE: Words(
        "記録の書きこみ途中のファイルが大きくなっています",
        "ディスクを使い、画面が遅くなることがあります。",
        f"翌日も出ているときは、{_CALL_MAINTENANCE}",
        "the ledger's write-ahead log is large",
    ),
    Kind.MAIL_STUCK: Words(
        "異常を知らせるメールを送れません",
        "異常があっても、メールでは届きません。1時間以上、送り直しを続けています。",
        f"この画面を毎日開いて確かめ、{_CALL_MAINTENANCE}メールサーバーの設定を確かめます。",
        "mail to the operators cannot be sent",
    ),
    Kind.MESSAGES_REFUSED: Words(
        "読みとれない信号が増えています",
        "この1時間に、端末からの信号を100件より多く拒否しました。端末の故障か、いたずらのおそれがあります。",
        f"{_CALL_MAINTENANCE}どの端末からかを記録で調べます。",
        "many messages of terminals were refused within an hour",
    ),
    Kind.CODES_GUESSED: Words(
        "登録コードを言い当てようとしている人がいます",
        "この1日に、作っていない登録コードが30回より多く入れられました。当たると、その端末になりすまされます。",
        f"{_CALL_MAINTENANCE}使う予定のない登録コードは、その端末を開いて新しく作りなおすか、7日の期限が切れるのを待ってください。",
        "somebody guesses enrolment codes",
    ),
    Kind.SENDING_MISSED: Words(
        "予定どおりに放送できなかったお知らせがあります（{detail}件）",
        "システムが止まっていた間に、放送の時刻を過ぎました。",
        "「予定と承認」を開き、いまから放送するか、やめるかを決めてください。",
        "planned alerts that were not sent: {detail}",
    ),
    Kind.APPROVAL_WAITS: Words(
        "1日以上、承認を待っているお知らせがあります",
        "承認されるまで、放送されません。",
        "「予定と承認」を開き、承認するか、差し戻してください。",
        "an alert has waited for approval for over a day",
    ),
    Kind.BROKER_UNTOLD: Words(
        "端末の変更が、放送の通信に伝わっていません（{number}台）",
        "登録した端末がつながれないか、止めた端末がまだつながっています。30秒ごとに、自動でやりなおしています。",
        f"続くときは、{_CALL_MAINTENANCE}",
        "changed terminals that the broker was not told of: {number}",
    ),
    Kind.TERMINALS_OFF: Words(
        "1時間以上つながらない端末があります（{number}台）",
        "電源が切れているか、通信が止まっています。お知らせは、つながるまで届きません。",
        "世帯に電話し、電源プラグと通信の線を確かめてもらってください。急ぐお知らせは電話や訪問で伝えてください。",
        "terminals off for over an hour: {number}",
    ),
    Kind.TERMINALS_SOUND: Words(
        "音が出ない端末があります（{number}台）",
        "お知らせは画面に出ますが、声が出ません。",
        "世帯に電話し、スピーカーの線と音量を確かめてもらってください。直らなければ訪問し、端末を交換します。",
        "terminals without sound: {number}",
    ),
    Kind.TERMINALS_STORAGE: Words(
        "記録できない端末があります（{number}台）",
        "端末の記憶装置がこわれたか、いっぱいです。新しいお知らせを受けとれなくなります。",
        "保守の担当者に交換を頼んでください。",
        "terminals that cannot keep alerts: {number}",
    ),
    Kind.TERMINALS_CLOCK: Words(
        "時刻を確かめられない端末があります（{number}台）",
        "正しい時刻がわかるまで、新しいお知らせを表示も放送もしません。",
        "ふつうは数分で自動で合います。続くときは、端末の電源を入れなおしてもらってください。",
        "terminals that do not know the time: {number}",
    ),
    Kind.TERMINALS_HEAT: Words(
        "熱くなっている端末があります（{number}台）",
        "動きが遅くなり、故障が早まります。",
        "日の当たらない、風通しのよい所に置いてもらってください。",
        "terminals that are hot: {number}",
    ),
    Kind.TERMINALS_SOFTWARE: Words(
        "ソフトウェアが古い端末があります（{number}台）",
        "お知らせは届きますが、新しいはたらきと修正が入っていません。",
        "更新の途中なら、待ってください。数日たっても残る端末は、保守の担当者に更新を頼んでください。",
        "terminals with old software: {number}",
    ),
    Kind.TERMINALS_NEVER: Words(
        "登録したのに、つながらない端末があります（{number}台）",
        "登録コードを入れてから1時間以上たちますが、一度もつながっていません。",
        "設置した場所の通信を確かめ、端末の電源を入れなおしてください。だめなら、登録コードを作りなおします。",
        "terminals that were enrolled and have never connected: {number}",
    ),
}


def words_of(incident: Incident, town: Town) -> Words:
    """Return the words for an incident, with its figures filled in."""
    areas = {area.id: area.name for area in town.areas}
    figures = {
        "number": len(incident.terminals),
        "area": areas.get(incident.key, incident.key),
        "file": _FILES.get(incident.key, incident.key),
        "until": day(incident.until, town.time_zone) if incident.until else "",
        "detail": incident.detail,
        "key": incident.key,
    }
    words = WORDS[incident.kind]
    english = figures | {"until": incident.until.date().isoformat() if incident.until else ""}
    return Words(
        words.title.format_map(figures),
        words.meaning.format_map(figures),
        words.action.format_map(figures),
        words.english.format_map(english),
    )


def day(moment: datetime, zone: ZoneInfo) -> str:
    """Return a day."""
    local = moment.astimezone(zone)
    return f"{local.year}年{local.month}月{local.day}日"
