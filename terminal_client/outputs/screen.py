"""The screen as its pages see it: the newest view, what else stands, and the sounds of the moment."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager
from typing import Any

from kokuchi.voice.sound import Sound
from terminal_client.view import View

_KEPT_SOUNDS = 60


class PageScreen:
    """A screen that any number of pages watch. Everything runs in one event loop."""

    def __init__(self) -> None:
        self._standing: dict[str, Any] = {"view": View().to_json()}
        self._watchers: set[asyncio.Queue[tuple[str, Any]]] = set()
        self._sounds: OrderedDict[int, bytes] = OrderedDict()
        self._next_sound = 1
        self.on_attached_change: Callable[[], None] = lambda: None
        self.on_view: Callable[[View], None] = lambda _view: None

    @property
    def is_attached(self) -> bool:
        """Whether a page is open."""
        return bool(self._watchers)

    def show(self, view: View) -> None:
        """Draw this from now on."""
        self.publish("view", view.to_json())
        self.on_view(view)

    def publish(self, kind: str, data: Any) -> None:
        """Let this stand on the pages from now on, on those too that are opened later; `data` becomes JSON."""
        if self._standing.get(kind) != data:
            self._standing[kind] = data
            self._tell(kind, data)

    def sound(self, sound: Sound) -> None:
        """Offer a sound to the pages."""
        if not self._watchers:
            return
        self._sounds[self._next_sound] = sound.to_wav()
        self._tell("sound", self._next_sound)
        self._next_sound += 1
        while len(self._sounds) > _KEPT_SOUNDS:
            self._sounds.popitem(last=False)

    def silence(self) -> None:
        """Tell the pages to stop what they play."""
        self._tell("silence", None)

    def reload(self) -> None:
        """Tell the pages to load themselves anew."""
        self._tell("reload", None)

    def wav(self, number: int) -> bytes | None:
        """Return a sound that was offered lately."""
        return self._sounds.get(number)

    async def watch(self) -> AsyncIterator[tuple[str, Any]]:
        """Yield all that stands at once, and then every (kind, data): what stands anew, "sound" and "silence"."""
        with self._watcher() as queue:
            for standing in list(self._standing.items()):
                yield standing
            while True:
                yield await queue.get()

    @contextmanager
    def _watcher(self) -> Generator["asyncio.Queue[tuple[str, Any]]", None, None]:
        queue: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._watchers.add(queue)
        self.on_attached_change()
        try:
            yield queue
        finally:
            self._watchers.discard(queue)
            self.on_attached_change()

    def _tell(self, kind: str, data: Any) -> None:
        for queue in self._watchers:
            queue.put_nowait((kind, data))
