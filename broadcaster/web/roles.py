"""The Japanese words for roles."""

from broadcaster.domain.roles import Role

ROLES = {
    Role.AUTHOR: "担当者",
    Role.APPROVER: "承認者",
    Role.OPERATOR: "閲覧者",
    Role.ADMINISTRATOR: "管理者",
}

ROLE_MEANINGS = {
    Role.AUTHOR: "お知らせを書いて送ります。端末の登録、読みの辞書、相談の希望の対応もできます。",
    Role.APPROVER: "担当者の仕事に加えて、ほかの人が書いたお知らせを承認します。操作の記録も見られます。",
    Role.OPERATOR: "放送記録、端末の状態、操作の記録を見ます。お知らせを送ることはできません。",
    Role.ADMINISTRATOR: "すべての仕事ができます。アカウントを作り、止め、役割を変えるのは、管理者だけです。",
}


def role_of(text: str) -> Role | None:
    """Return the role with this value, as a form sends it."""
    return Role(text) if text in set(Role) else None
