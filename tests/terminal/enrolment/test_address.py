"""What is typed as the centre's address."""

from pathlib import Path

import pytest

from kokuchi.enrolment import digits_of, written
from terminal_client.enrolment.address import AddressError, centre_url, proposed


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("192.168.1.10:8080", "https://192.168.1.10:8080"),
        (" 192.168.1.10 ", "https://192.168.1.10:8080"),
        ("１９２．１６８．１．１０：８０８０", "https://192.168.1.10:8080"),
        ("http://192.168.1.10:80/", "http://192.168.1.10:80"),
        ("https://Centre.Town.Example", "https://centre.town.example:443"),
        ("https://192.168.1.10:8443", "https://192.168.1.10:8443"),
        ("[fd00::1]:8080", "https://[fd00::1]:8080"),
        ("centre", "https://centre:8080"),
        ("http://192.168.1.10", "http://192.168.1.10:8080"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost:8080"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("https://127.0.0.1:8080", "https://127.0.0.1:8080"),
    ],
)
def test_an_address_is_understood_as_people_type_it(typed: str, url: str) -> None:
    assert centre_url(typed) == url


@pytest.mark.parametrize(
    "typed",
    [
        "",
        ":",
        ".",
        "192.168.1",
        "192.168.1.10.",
        "192.168.1.10:",
        "192.168.1.999",
        "192.168.1.10:99999",
        "192.168..10",
        "ftp://192.168.1.10",
        "file:///etc/passwd",
        "http://a@192.168.1.10",
        "192.168.1.10/enrol?x=1",
        "192.168.1.10 8080",
        "役場",
        "a" * 300,
    ],
)
def test_what_is_no_address_is_not_asked(typed: str) -> None:
    with pytest.raises(AddressError):
        centre_url(typed)


def test_the_address_that_worked_here_comes_before_what_was_prepared(tmp_path: Path) -> None:
    remembered, prepared = tmp_path / "remembered", tmp_path / "prepared"
    assert proposed(remembered, "", prepared) == ""
    prepared.write_text("prepared:1\n")
    assert proposed(remembered, "", prepared) == "prepared:1"
    assert proposed(remembered, "environment:1", prepared) == "environment:1"
    remembered.write_text("remembered:1")
    assert proposed(remembered, "environment:1", prepared) == "remembered:1"


def test_a_code_is_read_however_it_is_spaced_and_written_as_on_the_card() -> None:
    for typed in ("12345678", "1234-5678", " 1234 5678 ", "１２３４ー５６７８", "１２３４－５６７８", "1234–5678"):
        assert digits_of(typed) == "12345678"
    assert written("12345678") == "1234-5678"
