import pytest

from broadcaster.web.differences import Piece, differences


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("午前10時ごろ、町内で", "午後2時ごろ、町内で"),
        ("", "何か"),
        ("同じ\n文", "同じ\n文"),
        ("𠮷野家の🏠", "吉野家の🏠"),
    ],
)
def test_pieces_make_up_the_texts_and_the_unchanged_ones_are_in_both(old: str, new: str) -> None:
    before, after = differences(old, new)
    assert "".join(piece.text for piece in before) == old
    assert "".join(piece.text for piece in after) == new
    assert [piece for piece in before if not piece.changed] == [piece for piece in after if not piece.changed]


def test_a_changed_number_is_one_piece() -> None:
    assert differences("0126-53-2321まで", "0126-53-2322まで")[1] == [
        Piece("0126-53-", changed=False),
        Piece("2322", changed=True),
        Piece("まで", changed=False),
    ]
