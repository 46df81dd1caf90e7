"""Why a device did not become a terminal, in words for whoever stands before it and for whoever is at a shell."""

from enum import StrEnum


class Trouble(StrEnum):
    """What went wrong. The first ones are the centre's own words, kokuchi.enrolment.Refusal."""

    WRONG = "wrong"
    USED = "used"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    OUT_OF_SERVICE = "out_of_service"
    THROTTLED = "throttled"
    MALFORMED = "malformed"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    ADDRESS = "address"
    CODE = "code"
    UNREACHABLE = "unreachable"
    STRANGER = "stranger"
    UNTRUSTED = "untrusted"
    MISNAMED = "misnamed"
    OUTDATED = "outdated"
    PLAIN = "plain"
    INTERRUPTED = "interrupted"
    STORAGE = "storage"
    ENROLLED = "enrolled"


_ENGLISH = {
    Trouble.WRONG: "the code is wrong",
    Trouble.USED: "the code has been used; ask the town office for a new one",
    Trouble.EXPIRED: "the code is too old; ask the town office for a new one",
    Trouble.SUPERSEDED: "a newer code was made for this terminal; use that one",
    Trouble.OUT_OF_SERVICE: "the terminal of this code is not in service; ask the town office",
    Trouble.THROTTLED: "too many wrong codes; wait",
    Trouble.MALFORMED: "the centre did not understand the request; is its software much older or newer?",
    Trouble.UNAVAILABLE: "the centre cannot enrol at the moment; try again later",
    Trouble.REFUSED: "the centre refused",
    Trouble.ADDRESS: "this is no address; type it as on the card, such as 192.168.1.10:8080",
    Trouble.CODE: "a code has 8 digits",
    Trouble.UNREACHABLE: "nobody answers at this address; check the address and the cable",
    Trouble.STRANGER: "whoever answers at this address is not the centre of kokuchi; check the address",
    Trouble.UNTRUSTED: "this device does not trust the centre's certificate: put authority.pem (`broadcaster"
    " certificates export`) there as /etc/kokuchi/authority.pem, or name it with --authority",
    Trouble.MISNAMED: "the centre's certificate is for another name or address; check the address, or add it at the"
    " centre with `broadcaster certificates renew --name ADDRESS`",
    Trouble.OUTDATED: "the centre's certificate has expired or is not valid yet; check the clocks, or renew it at the"
    " centre with `broadcaster certificates renew`",
    Trouble.PLAIN: "whoever answers at this address does not encrypt; check the address, or write http:// before it if"
    " that is meant so",
    Trouble.INTERRUPTED: "the connection broke off; try again with the same code",
    Trouble.STORAGE: "the device's files cannot be written",
    Trouble.ENROLLED: "this device is a terminal already; --replace makes it another one",
}

_JAPANESE = {
    Trouble.ADDRESS: "つなぎ先がちがいます。カードを見て、もう一度入れてください。",
    Trouble.CODE: "登録コードは、数字8けたです。カードを見て、もう一度入れてください。",
    Trouble.UNREACHABLE: "役場につながりません。つなぎ先の数字と、回線の線を確かめてください。",
    Trouble.STRANGER: "つなぎ先に、役場の機械がありません。つなぎ先の数字を確かめてください。",
    Trouble.UNTRUSTED: "この機械には、役場の証明書が入っていません。役場に「証明書がない」と連絡してください。",
    Trouble.MISNAMED: "つなぎ先が、役場の証明書とちがいます。カードを見て、つなぎ先の数字を確かめてください。",
    Trouble.OUTDATED: "役場の証明書の期限が切れています。役場に「証明書の期限」と連絡してください。",
    Trouble.PLAIN: "つなぎ先に役場の機械がないか、暗号で守られていません。つなぎ先の数字を確かめてください。",
    Trouble.INTERRUPTED: "とちゅうで切れました。同じ番号で、もう一度「すすむ」を押してください。",
    Trouble.STORAGE: "この機械に書きこめません。役場に連絡してください。",
    Trouble.ENROLLED: "この機械は、もう登録されています。",
}


class EnrolmentError(Exception):
    """A device that did not become a terminal; the message is for a shell, `japanese` for the screen.

    `said` is the centre's own sentence; `wait_seconds` is how long it looks at no further code.
    """

    def __init__(self, trouble: Trouble, said: str = "", wait_seconds: int = 0, detail: str = "") -> None:
        message = _ENGLISH[trouble]
        if trouble is Trouble.REFUSED and said:
            message += f": {said}"
        if wait_seconds:
            message += f" {wait_seconds} s"
        super().__init__(f"{message}: {detail}" if detail else message)
        self.trouble = trouble
        self.japanese = said or _JAPANESE.get(trouble, "登録できませんでした。役場に連絡してください。")
        self.wait_seconds = wait_seconds
