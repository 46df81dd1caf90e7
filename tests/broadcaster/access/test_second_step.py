"""Codes from an app, and recovery codes."""

import pyotp
import pytest

from broadcaster.access import Access
from broadcaster.access.second_step import CodeRefused
from broadcaster.domain.audit import Deed
from broadcaster.ledger import Ledger
from kokuchi.database import sqlite_of
from tests.broadcaster.web.town import Clock


class Telephone:
    """An authenticator app whose clock may be off by some seconds."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._totp = pyotp.TOTP(secret)
        self._clock = clock

    def code(self, off_by: int = 0) -> str:
        return self._totp.at(int(self._clock.now.timestamp()) + off_by)


@pytest.fixture
def turned_on(access: Access, clock: Clock) -> tuple[Telephone, list[str]]:
    secret = access.second_step.new_secret("hanako", "月形町")
    telephone = Telephone(secret.clear, clock)
    codes = access.second_step.turn_on("hanako", secret.sealed, telephone.code())
    clock.move(minutes=5)
    return telephone, codes


def refuses(access: Access, code: str, account: str = "hanako") -> bool:
    try:
        access.second_step.take(account, code)
    except CodeRefused:
        return True
    return False


def test_nothing_is_asked_until_a_right_code_has_turned_it_on(access: Access, clock: Clock) -> None:
    secret = access.second_step.new_secret("hanako", "月形町")
    with pytest.raises(CodeRefused):
        access.second_step.turn_on("hanako", secret.sealed, "000000")
    assert not access.second_step.is_on("hanako")
    access.second_step.turn_on("hanako", secret.sealed, Telephone(secret.clear, clock).code())
    assert access.second_step.is_on("hanako")
    assert not access.second_step.is_on("taro")


@pytest.mark.parametrize("off_by", [-30, 0, 30])
def test_a_telephone_whose_clock_is_half_a_minute_off_is_understood(
    access: Access, turned_on: tuple[Telephone, list[str]], off_by: int
) -> None:
    access.second_step.take("hanako", turned_on[0].code(off_by))


@pytest.mark.parametrize("off_by", [-90, 90])
def test_a_code_of_another_time_is_refused(access: Access, turned_on: tuple[Telephone, list[str]], off_by: int) -> None:
    assert refuses(access, turned_on[0].code(off_by))


def test_a_code_works_once_and_so_does_none_before_it(
    access: Access, turned_on: tuple[Telephone, list[str]], clock: Clock
) -> None:
    telephone, _ = turned_on
    earlier, code = telephone.code(-30), telephone.code()
    access.second_step.take("hanako", code)
    assert refuses(access, code)
    assert refuses(access, earlier)
    clock.move(seconds=30)
    access.second_step.take("hanako", telephone.code())


def test_the_code_that_turned_it_on_is_used_up(access: Access, clock: Clock) -> None:
    secret = access.second_step.new_secret("hanako", "月形町")
    code = Telephone(secret.clear, clock).code()
    access.second_step.turn_on("hanako", secret.sealed, code)
    assert refuses(access, code)


def test_a_code_works_once_also_while_nothing_can_be_written(
    access: Access, turned_on: tuple[Telephone, list[str]], ledger: Ledger
) -> None:
    code = turned_on[0].code()
    ledger.connections.read().execute("PRAGMA query_only=ON")
    access.second_step.take("hanako", code)
    assert refuses(access, code)
    ledger.connections.read().execute("PRAGMA query_only=OFF")
    assert refuses(access, code)


def test_a_code_is_understood_as_people_type_it(access: Access, turned_on: tuple[Telephone, list[str]]) -> None:
    code = turned_on[0].code().translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    access.second_step.take("hanako", f" {code[:3]} {code[3:]} ")


def test_each_of_ten_recovery_codes_works_once(
    access: Access, turned_on: tuple[Telephone, list[str]], ledger: Ledger
) -> None:
    _, codes = turned_on
    assert len(set(codes)) == 10
    assert refuses(access, codes[0], "taro")
    access.second_step.take("hanako", codes[0].upper().replace("-", ""))
    assert ledger.audit.newest(1)[0].deed is Deed.RECOVERY_CODE_USED
    assert refuses(access, codes[0])
    assert access.second_step.recovery_codes_left("hanako") == 9


def test_new_recovery_codes_void_the_old_ones(access: Access, turned_on: tuple[Telephone, list[str]]) -> None:
    new = access.second_step.renew_recovery_codes("hanako")
    assert refuses(access, turned_on[1][0])
    access.second_step.take("hanako", new[0])


def test_once_turned_off_no_code_opens_anything(
    access: Access, turned_on: tuple[Telephone, list[str]], ledger: Ledger
) -> None:
    assert access.second_step.turn_off("hanako", "kanri")
    assert not access.second_step.turn_off("hanako", "kanri")
    assert (ledger.audit.newest(1)[0].actor, ledger.audit.newest(1)[0].deed) == ("kanri", Deed.SECOND_STEP_OFF)
    assert refuses(access, turned_on[0].code())
    assert refuses(access, turned_on[1][0])


def test_a_secret_is_sealed_for_its_account_and_unreadable_in_the_ledger(
    access: Access, ledger: Ledger, clock: Clock
) -> None:
    secret = access.second_step.new_secret("hanako", "月形町")
    telephone = Telephone(secret.clear, clock)
    for sealed in (secret.sealed, "nonsense", ""):
        with pytest.raises(CodeRefused):
            access.second_step.turn_on("taro", sealed, telephone.code())
    codes = access.second_step.turn_on("hanako", secret.sealed, telephone.code())
    dump = "\n".join(sqlite_of(ledger.connections).read().conn.iterdump())
    assert secret.sealed in dump
    for clear in (secret.clear, *codes, *(code.replace("-", "") for code in codes)):
        assert clear not in dump


def test_a_centre_with_a_new_secret_refuses_until_it_is_turned_off(
    turned_on: tuple[Telephone, list[str]], ledger: Ledger, clock: Clock
) -> None:
    other = Access(ledger, "t" * 32, clock)
    assert refuses(other, turned_on[0].code())
    other.second_step.turn_off("hanako", "shell")
    assert not other.second_step.is_on("hanako")


def test_the_picture_is_drawn_without_anything_that_the_page_s_policy_forbids(access: Access) -> None:
    picture = access.second_step.new_secret("hanako", "月形町").picture
    assert picture.startswith("<svg")
    for forbidden in ("style", "://", "<script", "data:"):
        assert forbidden not in picture
