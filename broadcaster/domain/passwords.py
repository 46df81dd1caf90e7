"""Which passwords are good enough. Length and rarity count (NIST SP 800-63B); no rule about signs or renewal."""

from broadcaster.domain.draft import Problem

MINIMUM_PASSWORD = 12
MAXIMUM_PASSWORD = 200

_LEAST_SCORE = 3
"""Of zxcvbn's 0 to 4: more than 10^8 guesses, far more than anybody gets at the log-in page."""

_LOOKED_AT = 72
"""How many characters zxcvbn looks at; more would take it seconds."""

_BESIDE_THE_NAME = 8

_OF_THE_OFFICE = (
    "kokuchi",
    "hoso",
    "housou",
    "yakuba",
    "yakusho",
    "shiyakusho",
    "soumuka",
    "somuka",
    "kikakuka",
    "bosai",
    "bousai",
    "koho",
    "kouhou",
)
"""What stands on the door is tried first; no list of common passwords has it in Latin letters."""


def problem_with(password: str, name: str, display_name: str, town: str = "") -> Problem | None:
    """Return what is wrong with a password that somebody wants, None if it will do.

    `town` is the town's identifier: its name in Latin letters, which whoever guesses tries first.
    """
    if len(password) < MINIMUM_PASSWORD:
        return Problem(
            "password",
            f"{MINIMUM_PASSWORD}文字以上にしてください。関係のない言葉をローマ字で3つ4つ並べると、覚えやすく、長くなります。",
            f"the password must have at least {MINIMUM_PASSWORD} characters",
        )
    if len(password) > MAXIMUM_PASSWORD:
        return Problem(
            "password",
            f"{MAXIMUM_PASSWORD}文字以内にしてください。",
            f"the password must have at most {MAXIMUM_PASSWORD} characters",
        )
    beside = password.casefold()
    for own in filter(None, (name.casefold(), display_name.casefold())):
        beside = beside.replace(own, "")
    if len(beside) < _BESIDE_THE_NAME:
        return Problem(
            "password",
            "アカウント名や表示名と、ほとんど同じです。ほかの言葉にしてください。",
            "the password is little more than the account's own name",
        )
    # Its lists of words take 12 MiB, of a process that may never be asked.
    from zxcvbn import zxcvbn

    known = [name, display_name, town, *_OF_THE_OFFICE]
    if zxcvbn(password[:_LOOKED_AT], user_inputs=known)["score"] < _LEAST_SCORE:
        return Problem(
            "password",
            "よく使われるパスワードに近く、当てられやすいものです。関係のない言葉を、ローマ字で3つ4つ並べてください。",
            "the password is easy to guess; put three or four words together that have nothing to do with each other",
        )
    return None
