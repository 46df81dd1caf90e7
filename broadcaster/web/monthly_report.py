"""The report of a monthly test: which terminals are silent, offline or faulty, and what to do about each."""

from dataclasses import dataclass

from broadcaster.domain.audience import Terminal
from broadcaster.domain.monthly_test import (
    DONE_AFTER,
    Finding,
    compare,
    found_by_delivery,
    found_by_presence,
    is_open,
    mended,
    version,
)
from broadcaster.domain.roster import SERVICE_WORDS
from broadcaster.domain.service import Service
from broadcaster.domain.standing import Standing
from broadcaster.ledger.alerts import Accepted
from broadcaster.web.delivery_rows import area_name
from broadcaster.web.prospect import circumstances_of, prospect_now
from broadcaster.web.site import Site
from kokuchi.wire.fields import iso

NAMED = 100
"""So many households of one finding are named; on paper nobody can work through more."""

_WORDS = {
    Finding.OFFLINE: (
        "届かなかった端末",
        "電源か通信が切れているか、まだ取りつけていません",
        "電話や訪問で、電源の線と通信の線、機器のランプを確かめてください。",
    ),
    Finding.SILENT: (
        "届いたが、音が出なかった端末",
        "受け取ったあと、読み上げの知らせがありません",
        "電源を入れなおしてもらい、「音をためす」で音が出るか確かめてください。",
    ),
    Finding.SOUND: (
        "スピーカーの故障",
        "端末が、音を出せないと知らせています",
        "スピーカーの線と電源を確かめ、直らなければ交換を保守の担当者に頼んでください。",
    ),
    Finding.REFUSED: (
        "受付拒否",
        "端末が放送を受け付けませんでした",
        "時計と登録を、保守の担当者に確かめてもらってください。",
    ),
    Finding.SCREEN: (
        "画面の故障",
        "音は出ましたが、画面に表示されませんでした",
        "画面の電源と線を確かめてください。",
    ),
    Finding.STORAGE: (
        "記録装置の故障",
        "端末に記録できないか、空きが残りわずかです",
        "交換を保守の担当者に頼んでください。停電のあと、放送を失うおそれがあります。",
    ),
    Finding.CLOCK: (
        "時計の異常",
        "時刻を確かめられません",
        "通信が戻れば自動で合います。続くときは、保守の担当者に連絡してください。",
    ),
    Finding.HEAT: (
        "高温",
        "端末が熱くなっています",
        "日の当たらない、風通しのよい所に置いてもらってください。",
    ),
    Finding.WORDS: (
        "読みの辞書が古い",
        "古い辞書で読み上げました",
        "つながれば自動で新しくなります。続くときは、保守の担当者に連絡してください。",
    ),
    Finding.SOFTWARE: (
        "ソフトウェアが古い",
        "ほかの端末より古い版で動いています",
        "更新を保守の担当者に頼んでください。",
    ),
}


@dataclass(frozen=True)
class Listed:
    """A household of the report; `mark` says whether the finding is new."""

    household: str
    area: str
    terminal: str
    mark: str


@dataclass(frozen=True)
class Group:
    """The terminals of one finding; of `listed` there are at most NAMED."""

    title: str
    meaning: str
    action: str
    terminals: int
    new: int
    still: int
    listed: tuple[Listed, ...]


@dataclass(frozen=True)
class Report:
    """A test with its findings. `compared` is False for the first test: there is nothing to compare it with.

    `current`: it is the newest test, so what terminals say of themselves now is in it. `addressed` are without those
    `out_of_service`, which had left before it reached them. Of those that are `open` nothing is known yet.
    """

    addressed: int
    out_of_service: int
    well: int
    open: int
    done: bool
    current: bool
    compared: bool
    groups: tuple[Group, ...]
    mended: tuple[Listed, ...]
    mended_terminals: int

    @property
    def troubled(self) -> int:
        """How many terminals somebody has to look at."""
        return self.addressed - self.well - self.open


def report(site: Site, accepted: Accepted) -> Report:
    """Return the report of a test as it is now."""
    earlier = site.ledger.monthly_tests.newest(1, before=iso(accepted.alert.sent))
    newest = site.ledger.monthly_tests.newest(1)
    current = bool(newest) and newest[0].row == accepted.row
    now, terminals, unknown = _findings(site, accepted, current=current)
    out_of_service = site.ledger.deliveries.reach([accepted.row])[accepted.row].out_of_service
    before = _findings(site, earlier[0], current=False)[0] if earlier else {}

    def listed(names: tuple[str, ...], mark: str) -> list[Listed]:
        found = (terminals[name] for name in names)
        return [Listed(each.household, area_name(site.town, each.area), each.id, _mark(each, mark)) for each in found]

    groups = []
    for finding, compared in compare(now, before).items():
        title, meaning, action = _WORDS[finding]
        rows = listed(compared.new, "新しく" if earlier else "") + listed(compared.still, "先月から")
        groups.append(
            Group(
                title=title,
                meaning=meaning,
                action=action,
                terminals=len(rows),
                new=len(compared.new),
                still=len(compared.still),
                listed=tuple(rows[:NAMED]),
            )
        )
    settled = {terminal: findings for terminal, findings in now.items() if findings or terminal not in unknown}
    well_again = tuple(mended(settled, before))
    return Report(
        addressed=len(now),
        out_of_service=out_of_service,
        well=sum(1 for findings in settled.values() if not findings),
        open=len(now) - len(settled),
        done=site.clock() - accepted.alert.sent > DONE_AFTER,
        current=current,
        compared=bool(earlier),
        groups=tuple(groups),
        mended=tuple(listed(well_again[:NAMED], "")),
        mended_terminals=len(well_again),
    )


def _mark(terminal: Terminal, mark: str) -> str:
    # Nobody has to visit it any more.
    return mark if terminal.service is Service.IN_SERVICE else SERVICE_WORDS[terminal.service]


def _findings(
    site: Site, accepted: Accepted, *, current: bool
) -> tuple[dict[str, set[Finding]], dict[str, Terminal], set[str]]:
    """Return what was found at each terminal, the terminals, and those of which nothing is known yet."""
    circumstances = circumstances_of(accepted, prospect_now(site, accepted), site.clock())
    done = site.clock() - accepted.alert.sent > DONE_AFTER
    everything = site.ledger.progress.lines(accepted.row, circumstances, limit=None)
    lines = [line for line in everything if line.standing is not Standing.OUT_OF_SERVICE]
    found = {
        line.line.terminal.id: found_by_delivery(line.standing, line.line.delivery, accepted.dictionary, done=done)
        for line in lines
    }
    if current:
        presences = site.ledger.presences.all()
        newest = max((each.software for each in presences.values()), key=version, default="")
        for terminal, findings in found.items():
            if terminal in presences:
                findings |= found_by_presence(presences[terminal], newest)
    terminals = {line.line.terminal.id: line.line.terminal for line in lines}
    return found, terminals, {line.line.terminal.id for line in lines if is_open(line.standing, done=done)}
