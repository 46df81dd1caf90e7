"""The wire's parsers under a coverage-guided fuzzer: whatever the bytes are, the result is a model or a WireError.

`make fuzz MINUTES=10` runs it with atheris. The first byte chooses the parser; some inputs for the signed kinds are
signed before they are parsed, so that the fuzzer gets past the signature.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["kokuchi"]):
    from kokuchi.wire import (
        KeyRing,
        SigningKey,
        WireError,
        decode_delivery,
        decode_presence,
        decode_sync_request,
        encode,
        open_alert,
        open_dictionary,
        open_settings,
        open_sync_reply,
    )

KEY = SigningKey.generate()
RING = KeyRing.of(KEY.private.public_key())
TOWN = "tsukigata"
GOLDEN = Path(__file__).resolve().parents[1] / "wire" / "golden" / "v1"
SEEDS = [
    "delivery_*.json",
    "presence_*.json",
    "sync_request*.json",
    "alert*.jws",
    "sync_reply*.jws",
    "alert*.json",
    "sync_reply*.json",
    "dictionary*.jws",
    "dictionary*.json",
    "settings*.jws",
    "settings*.json",
]
"""The golden messages for each parser, in the order of `parse_anything`."""

KINDS = ["kokuchi.Alert.v1", "kokuchi.SyncReply.v1", "kokuchi.Dictionary.v1", "kokuchi.TerminalSettings.v1"]


def parse_anything(data: bytes) -> None:
    """Parse the bytes as one kind of message; anything but a model or a WireError is a find."""
    if not data:
        return
    choice, payload = data[0] % 11, data[1:]
    try:
        match choice:
            case 0:
                encode(decode_delivery(payload))
            case 1:
                encode(decode_presence(payload))
            case 2:
                encode(decode_sync_request(payload))
            case 3:
                open_alert(payload, RING, TOWN)
            case 4:
                open_sync_reply(payload, RING, TOWN)
            case 5:
                encode(open_alert(KEY.sign(payload, KINDS[0]), RING, TOWN))
            case 6:
                encode(open_sync_reply(KEY.sign(payload, KINDS[1]), RING, TOWN))
            case 7:
                open_dictionary(payload, RING, TOWN)
            case 8:
                encode(open_dictionary(KEY.sign(payload, KINDS[2]), RING, TOWN))
            case 9:
                open_settings(payload, RING, TOWN)
            case _:
                encode(open_settings(KEY.sign(payload, KINDS[3]), RING, TOWN))
    except WireError:
        return


def seed(corpus: Path) -> None:
    """Begin with the golden messages: the fuzzer alters what is right rather than guess it."""
    corpus.mkdir(parents=True, exist_ok=True)
    for choice, pattern in enumerate(SEEDS):
        for golden in GOLDEN.glob(pattern):
            (corpus / f"{choice}-{golden.name}").write_bytes(bytes([choice]) + golden.read_bytes())


def main() -> None:
    """Fuzz for some minutes, in bounded memory; a find ends with a traceback and a file to repeat it with."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    corpus = Path("var/fuzz/corpus")
    seed(corpus)
    limits = [f"-max_total_time={minutes * 60:.0f}", "-rss_limit_mb=512", "-timeout=5", "-max_len=300000"]
    atheris.Setup([sys.argv[0], str(corpus), "-artifact_prefix=var/fuzz/", *limits], parse_anything)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
