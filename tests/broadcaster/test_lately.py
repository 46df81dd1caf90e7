"""What was asked for lately is answered without asking again."""

import asyncio

import pytest

from broadcaster.lately import Lately


class Oracle:
    """Answers each question with how often it was asked anything."""

    def __init__(self) -> None:
        self.asked = 0
        self.was_asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self) -> int:
        self.asked += 1
        self.was_asked.set()
        answer = self.asked
        await self.may_answer.wait()
        return answer


@pytest.fixture
def oracle() -> Oracle:
    return Oracle()


async def test_the_same_question_is_asked_once(oracle: Oracle) -> None:
    lately: Lately[str, int] = Lately(2)
    assert [await lately.get(question, oracle) for question in ("a", "b", "a")] == [1, 2, 1]


async def test_the_question_that_was_asked_longest_ago_is_forgotten_first(oracle: Oracle) -> None:
    lately: Lately[str, int] = Lately(2)
    assert [await lately.get(question, oracle) for question in ("a", "b", "a", "c", "a", "b")] == [1, 2, 1, 3, 1, 4]


async def test_an_answer_from_before_everything_was_forgotten_is_not_kept(oracle: Oracle) -> None:
    """The dictionary may change while the voice still reads by the former one."""
    lately: Lately[str, int] = Lately(2)
    oracle.may_answer.clear()
    before = asyncio.create_task(lately.get("a", oracle))
    await oracle.was_asked.wait()
    lately.clear()
    oracle.may_answer.set()
    assert await before == 1
    assert await lately.get("a", oracle) == 2


async def test_a_question_that_is_not_answered_yet_is_not_asked_again_and_outlives_whoever_asked(
    oracle: Oracle,
) -> None:
    lately: Lately[str, int] = Lately(2)
    oracle.may_answer.clear()
    impatient, patient = (asyncio.create_task(lately.get("a", oracle)) for _ in range(2))
    await oracle.was_asked.wait()
    impatient.cancel()
    oracle.may_answer.set()
    assert await patient == 1
    assert oracle.asked == 1


async def test_what_could_not_be_answered_is_asked_again(oracle: Oracle) -> None:
    lately: Lately[str, int] = Lately(2)

    async def fail() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        await lately.get("a", fail)
    assert await lately.get("a", oracle) == 1
