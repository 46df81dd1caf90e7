"""The dictionary as staff see it: their words, those that ship with the software, and who changed what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from broadcaster.domain.dictionary import Word, written
from broadcaster.ledger.dictionary import Logged
from broadcaster.web.authors import author_name
from broadcaster.web.site import Site
from broadcaster.web.words import moment
from kokuchi.voice.dictionary import katakana

_LOGGED = 400


@dataclass(frozen=True)
class Reach:
    """How many of the terminals that are connected read by the revision that stands."""

    revision: int
    online: int
    current: int

    @property
    def sentence(self) -> str:
        """The same in words."""
        if not self.online:
            return "接続中の端末はありません。つながりしだい、自動で届きます。"
        if self.current == self.online:
            return f"接続中の端末{self.online}台すべてが、この版で読み上げます。"
        return f"接続中の端末{self.online}台のうち{self.current}台が、この版で読み上げます。残りには自動で届きます。"


@dataclass(frozen=True)
class Revised:
    """What one revision changed. `undoable` if nobody has changed these words again since."""

    revision: int
    sentence: str
    when: str
    author: str
    undoable: bool


def reach_of(site: Site) -> Reach:
    """Return how far the dictionary has come."""
    revision = site.ledger.dictionary.revision()
    online = [presence for presence in site.ledger.presences.all().values() if presence.online]
    return Reach(revision, len(online), sum(1 for presence in online if presence.dictionary == revision))


def matching(words: Iterable[Word], query: str) -> list[Word]:
    """Return the words that have what is looked for in their writing, reading or example."""
    wanted, kana = written(query).strip(), katakana(query)
    return [
        word
        for word in words
        if wanted in word.word or wanted in written(word.example) or (kana and kana in word.reading)
    ]


def revisions(site: Site, limit: int) -> list[Revised]:
    """Return what was changed lately, the newest first."""
    logged = site.ledger.dictionary.log(_LOGGED)
    newest: dict[str, int] = {}
    groups: dict[int, list[Logged]] = {}
    for change in logged:
        newest.setdefault(change.word, change.revision)
        groups.setdefault(change.revision, []).append(change)
    return [
        _revised(site, changes, all(newest[change.word] == revision for change in changes))
        for revision, changes in list(groups.items())[:limit]
    ]


def revised(site: Site, revision: int) -> Revised | None:
    """Return what a revision changed, if it changed a word of the staff."""
    changes = site.ledger.dictionary.of_revision(revision)
    if not changes:
        return None
    last = (site.ledger.dictionary.last_change(change.word) for change in changes)
    return _revised(site, changes[::-1], all(found and found.revision == revision for found in last))


def _revised(site: Site, changes: Sequence[Logged], undoable: bool) -> Revised:
    first = changes[-1]
    others = f"ほか、合わせて{len(changes)}語を変えました。" if len(changes) > 1 else ""
    return Revised(
        revision=first.revision,
        sentence=_sentence(first) + others,
        when=moment(first.changed_at, site.town.time_zone),
        author=author_name(site, first.changed_by),
        undoable=undoable,
    )


def _sentence(change: Logged) -> str:
    if change.after is None:
        return f"「{change.word}」（{change.before.reading if change.before else ''}）を消しました。"
    if change.before is None:
        return f"「{change.word}」の読み「{change.after.reading}」を登録しました。"
    if change.before.reading == change.after.reading:
        return f"「{change.word}」の例文などを変えました。"
    return f"「{change.word}」の読みを「{change.before.reading}」から「{change.after.reading}」に変えました。"
