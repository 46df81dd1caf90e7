"""The record of deeds in Japanese, with links to what each was done to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.timing import moment_in_words
from broadcaster.domain.tokens import Scope
from broadcaster.ledger.timetable import Outcome
from broadcaster.web.authors import author_name
from broadcaster.web.roles import ROLES, role_of
from broadcaster.web.roster_words import COLUMNS
from broadcaster.web.scopes import SCOPES
from broadcaster.web.site import Site
from broadcaster.web.words import day_and_clock

DEEDS: Mapping[Deed, str] = {
    Deed.SENT: "お知らせを送った",
    Deed.CORRECTED: "お知らせを訂正した",
    Deed.WITHDRAWN: "お知らせを取り消した",
    Deed.DRAFT_DISCARDED: "下書きを捨てた",
    Deed.DRAFT_RESTORED: "捨てた下書きを元にもどした",
    Deed.SUBMITTED: "承認を頼んだ",
    Deed.PLANNED: "放送を予約した",
    Deed.APPROVED: "お知らせを承認した",
    Deed.SENT_BACK: "お知らせを差し戻した",
    Deed.RECALLED: "承認待ちか予約を取りやめた",
    Deed.LEFT_OUT: "くりかえしの放送を1回休みにした",
    Deed.PUT_BACK: "くりかえしの放送の休みをやめた",
    Deed.SENT_ALONE: "承認を待たずに緊急のお知らせを送った",
    Deed.CORRECTED_ALONE: "承認を待たずにお知らせを訂正した",
    Deed.SENT_AS_PLANNED: "予約のとおりにお知らせを送った",
    Deed.MISSED: "予約の時刻に放送できなかった",
    Deed.SETTLED: "放送できなかった予約を確かめた",
    Deed.RESENT: "届いていない端末に送りなおした",
    Deed.REQUEST_TAKEN: "相談の電話を引き受けた",
    Deed.REQUEST_RELEASED: "相談の電話の担当をはずれた",
    Deed.REQUEST_NOTED: "相談の記録を書いた",
    Deed.REQUEST_DONE: "相談の電話をすませた",
    Deed.REQUEST_REOPENED: "相談の電話を「まだ」にもどした",
    Deed.LOGGED_IN: "ログインした",
    Deed.LOGGED_OUT: "ログアウトした",
    Deed.LOGIN_FAILED: "ログインに失敗した",
    Deed.LOGIN_HELD_UP: "失敗が続き、ログインが待たされた",
    Deed.SESSIONS_ENDED: "ほかのログインを終わらせた",
    Deed.ACCOUNT_MADE: "アカウントを作った",
    Deed.ACCOUNT_CHANGED: "アカウントを変えた",
    Deed.ACCOUNT_SUSPENDED: "アカウントを停止した",
    Deed.ACCOUNT_REACTIVATED: "アカウントを再開した",
    Deed.ACCOUNT_UNLOCKED: "ログインの待ち時間をなくした",
    Deed.PASSWORD_LINK_MADE: "パスワードを決めるリンクを作った",
    Deed.PASSWORD_CHANGED: "パスワードを変えた",
    Deed.SECOND_STEP_ON: "確認コードを使いはじめた",
    Deed.SECOND_STEP_OFF: "確認コードをやめた",
    Deed.RECOVERY_CODE_USED: "予備コードを使った",
    Deed.RECOVERY_CODES_MADE: "予備コードを作りなおした",
    Deed.WORDS_CHANGED: "読みの辞書を変えた",
    Deed.ENROLMENT_CODE_MADE: "端末の登録コードを作った",
    Deed.TERMINALS_ADDED: "端末を登録した",
    Deed.TERMINAL_CHANGED: "端末の登録を変えた",
    Deed.TERMINAL_SUSPENDED: "端末を一時停止した",
    Deed.TERMINAL_RESUMED: "端末の一時停止を終えた",
    Deed.TERMINAL_RETIRED: "端末を廃止した",
    Deed.ROSTER_IMPORTED: "端末の台帳を取り込んだ",
    Deed.ROSTER_EXPORTED: "端末の台帳を書き出した",
    Deed.HOUSEHOLD_ERASED: "世帯の情報を消去した",
    Deed.LOG_EXPORTED: "放送記録を書き出した",
    Deed.SIGNING_KEY_MADE: "署名の鍵を作った",
    Deed.SIGNING_KEY_CHANGED: "署名の鍵を取りかえた",
    Deed.SIGNING_KEY_REVOKED: "署名の鍵を無効にした",
    Deed.CERTIFICATE_MADE: "証明書を作った",
    Deed.BACKUP_MADE: "控え（バックアップ）を取った",
    Deed.RESTORED: "控えから元にもどした",
    Deed.PRUNED: "保存期間を過ぎた記録を消した",
    Deed.TOKEN_MADE: "外部連携のトークンを作った",
    Deed.TOKEN_REVOKED: "外部連携のトークンを停止した",
}

ABOUT_ACCOUNTS = frozenset(
    deed
    for deed in Deed
    if deed.startswith(("logged", "login", "session", "account", "password", "second", "recovery"))
)
"""The deeds whose subject is an account."""

_NAMED = frozenset(
    {
        Deed.SENT,
        Deed.CORRECTED,
        Deed.WITHDRAWN,
        Deed.DRAFT_DISCARDED,
        Deed.DRAFT_RESTORED,
        Deed.SUBMITTED,
        Deed.SENT_AS_PLANNED,
    }
)
"""The deeds whose detail is the headline as it was then."""

_ABOUT_TEXTS = _NAMED | {
    Deed.PLANNED,
    Deed.APPROVED,
    Deed.SENT_BACK,
    Deed.RECALLED,
    Deed.LEFT_OUT,
    Deed.PUT_BACK,
    Deed.SENT_ALONE,
    Deed.CORRECTED_ALONE,
    Deed.MISSED,
    Deed.SETTLED,
    Deed.RESENT,
    Deed.LOG_EXPORTED,
}
"""The deeds whose subject is a draft, and the alert that it becomes."""


@dataclass(frozen=True)
class DeedLine:
    """One line of the page. `subject` is what it was done to, `link` where that is; both may be empty."""

    at: str
    actor: str
    deed: str
    subject: str
    link: str
    detail: str


def deed_line(site: Site, entry: Entry) -> DeedLine:
    """Return a line of the record as colleagues read it."""
    subject, link = _subject(site, entry)
    return DeedLine(
        at=day_and_clock(entry.at, site.town.time_zone),
        actor=author_name(site, entry.actor) if entry.actor else "ログイン前の人",
        deed=DEEDS[entry.deed],
        subject=subject,
        link=link,
        detail="" if subject == entry.detail else _detail(site, entry),
    )


def _subject(site: Site, entry: Entry) -> tuple[str, str]:
    if entry.deed in ABOUT_ACCOUNTS:
        if not entry.subject:
            return "登録のないアカウント名", ""
        return ("" if entry.subject == entry.actor else author_name(site, entry.subject)), ""
    if entry.deed is Deed.WORDS_CHANGED:
        return f"第{entry.subject}版", "/dictionary"
    if site.ledger.terminals.get(entry.subject):
        return entry.subject, f"/terminals/{entry.subject}"
    if entry.deed in _ABOUT_TEXTS:
        return _text(site, entry)
    return entry.subject, ""


def _text(site: Site, entry: Entry) -> tuple[str, str]:
    """Return the headline of what was written, and where it is now; of what is gone only the headline is left."""
    headline = entry.detail if entry.deed in _NAMED else ""
    if accepted := site.ledger.alerts.get(entry.subject):
        return headline or accepted.alert.headline, f"/alerts/{entry.subject}"
    if submission := site.ledger.submissions.get(entry.subject):
        return headline or submission.written.headline or entry.subject, f"/planned/{entry.subject}"
    return headline or entry.subject, ""


def _detail(site: Site, entry: Entry) -> str:
    if entry.deed in (Deed.ACCOUNT_MADE, Deed.ACCOUNT_CHANGED):
        return " → ".join(_role_word(part) for part in entry.detail.split(" → "))
    if entry.deed is Deed.SESSIONS_ENDED:
        return f"{entry.detail}件"
    if entry.deed is Deed.TERMINALS_ADDED:
        return f"ほか{int(entry.detail) - 1}台" if entry.detail != "1" else ""
    if entry.deed is Deed.TERMINAL_CHANGED:
        return "、".join(COLUMNS.get(part, part) for part in entry.detail.split())
    if entry.deed is Deed.ROSTER_IMPORTED:
        added, _, changed = entry.detail.partition(" ")
        return f"追加{added}台、変更{changed}台"
    if entry.deed in (Deed.PLANNED, Deed.LEFT_OUT, Deed.PUT_BACK):
        return _moment(entry.detail, site)
    if entry.deed is Deed.RESENT:
        return f"{entry.detail}台"
    if entry.deed is Deed.LOG_EXPORTED:
        return _exported(entry.detail)
    if entry.deed is Deed.MISSED:
        return "" if entry.detail == Outcome.MISSED else entry.detail
    if entry.deed is Deed.TOKEN_MADE:
        return "、".join(SCOPES[Scope(part)][0] if part in set(Scope) else part for part in entry.detail.split())
    return "" if entry.deed in _NAMED else entry.detail


def _exported(detail: str) -> str:
    form, _, rows = detail.partition(" ")
    return f"{form.upper()}、{rows}行" if rows else detail


def _moment(text: str, site: Site) -> str:
    try:
        return moment_in_words(datetime.fromisoformat(text), site.town.time_zone)
    except ValueError:
        return text


def _role_word(text: str) -> str:
    role = role_of(text)
    return ROLES[role] if role else text
