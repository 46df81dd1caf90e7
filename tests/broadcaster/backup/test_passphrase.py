"""The key to a backup is as `age -p` writes it, and opens on any machine."""

import pyrage
import pytest

from broadcaster.backup.passphrase import WrongPassphrase, decrypt, encrypt

PASSPHRASE = "abcd-efgh-jkmn-pqrs-tuvw-xyz2"


def test_another_implementation_of_age_opens_it() -> None:
    assert pyrage.passphrase.decrypt(encrypt(b"AGE-SECRET-KEY-1", PASSPHRASE), PASSPHRASE) == b"AGE-SECRET-KEY-1"


def test_it_opens_with_its_passphrase_and_with_no_other_and_not_if_it_was_changed() -> None:
    data = encrypt(b"AGE-SECRET-KEY-1", PASSPHRASE)
    assert decrypt(data, PASSPHRASE) == b"AGE-SECRET-KEY-1"
    for changed in (data[:-1], data[:-1] + bytes([data[-1] ^ 1]), data.replace(b"--- ", b"---  "), b"a letter", b""):
        with pytest.raises(WrongPassphrase):
            decrypt(changed, PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        decrypt(data, PASSPHRASE.upper())
