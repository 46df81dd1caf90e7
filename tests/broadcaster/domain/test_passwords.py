"""Which passwords will do."""

import pytest

from broadcaster.domain.passwords import MAXIMUM_PASSWORD, problem_with


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "りんご 線路 夕立 万年筆", "tsukigata-2026-natsu", "x7KqpwZr9Lm4", "kokuchi-admin"],
)
def test_a_long_and_rare_one_does(password: str) -> None:
    assert problem_with(password, "tanaka", "商工係 田中", "tsukigata") is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "at least 12"),
        ("x7Kq9pwZr2b", "at least 12"),
        ("x" * (MAXIMUM_PASSWORD + 1), "at most 200"),
        ("password1234", "easy to guess"),
        ("qwertyuiop12", "easy to guess"),
        ("123456789012", "easy to guess"),
        ("aaaaaaaaaaaa", "easy to guess"),
        ("さくらさくらさくらさくら", "easy to guess"),
        ("yakuba202611", "easy to guess"),
        ("soumuka202611", "easy to guess"),
        ("tanaka-tanaka", "own name"),
        ("Tanaka202611", "own name"),
        ("商工係 田中商工係 田中", "own name"),
    ],
)
def test_one_that_is_short_common_or_the_name_again_does_not(password: str, why: str) -> None:
    problem = problem_with(password, "tanaka", "商工係 田中")
    assert problem is not None
    assert why in problem.english
    assert problem.japanese.endswith("。")


@pytest.mark.parametrize("password", ["tsukigata2026", "Tsukigata0126", "tsukigata-2026"])
def test_the_towns_name_with_a_number_does_not(password: str) -> None:
    assert problem_with(password, "tanaka", "商工係 田中") is None, "of another town it is rare"
    problem = problem_with(password, "tanaka", "商工係 田中", "tsukigata")
    assert problem is not None
    assert "easy to guess" in problem.english


def test_a_very_long_one_is_judged_in_no_time() -> None:
    assert problem_with("correct horse battery " * 9, "tanaka", "田中") is None
