"""Addresses on the net: nobody can write one down from hearing it."""

import re

from kokuchi.voice.rewriting import Rule

RULES = (
    Rule(
        "web address",
        re.compile(
            r"(?:(?:ホームページ|HP|URL)\s*(?::\s*|(?P<bracket>[(（]))?)?"
            r"(?:https?://|www\.)[A-Za-z0-9_!#$%&*+,./:;=?@~-]+(?(bracket)[)）]?)"
        ),
        "ホームページ",
        (
            ("詳しくはhttps://www.town.tsukigata.hokkaido.jp/をご覧ください", "詳しくはホームページをご覧ください"),
            ("町ホームページ（https://example.jp/a?b=1）で確認", "チョウホームページで確認"),
            ("URL: https://example.jp/", "ホームページ"),
        ),
    ),
    Rule(
        "mail address",
        re.compile(
            r"(?:[EeＥ]?-?(?:メール|mail|Mail|MAIL)(?:アドレス)?)?\s*[:（(]?\s*"
            r"[A-Za-z0-9_.+-]+@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+[）)]?"
        ),
        "メール",
        (
            ("メール：soumu@town.example.jpまで", "メールまで"),
            ("soumu@example.jpへ連絡を", "メールへ連絡を"),
            ("Eメール：soumu@example.jp", "メール"),
        ),
    ),
    Rule(
        "HP",
        re.compile(r"(?<![A-Za-z])HP(?![A-Za-z])"),
        "ホームページ",
        (("月形町HPをご覧ください", "月形チョウホームページをご覧ください"),),
    ),
)
