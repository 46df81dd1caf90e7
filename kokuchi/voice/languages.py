"""The second languages that a household can choose, and the sentences in them that no staff writes. Pure.

`code` is a BCP 47 tag, the one that a translation has on the wire. Every fixed sentence is short and plain: a simple
voice says it, to people who may be frightened.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

JAPANESE = "ja"

_GROUP = re.compile(r"#?\d+")


@dataclass(frozen=True)
class ScreenWords:
    """What the buttons of the household's screen mean, and what they say after they were pressed."""

    confirm: str
    replay: str
    back: str
    confirmed: str
    replaying: str
    failed: str
    consult: str


@dataclass(frozen=True)
class Language:
    """A language with its names, its fixed sentences and its digits.

    `town` is what the town calls itself in it, `digits` are ten words and then the word for #.
    """

    code: str
    japanese: str
    own: str
    town: str
    greeting_from: str
    drill: str
    past: str
    correction: str
    withdrawal: str
    only_japanese: str
    call_number: str
    web_page: str
    digits: tuple[str, ...]
    between_digits: str
    between_groups: str
    screen: ScreenWords

    @property
    def greeting(self) -> str:
        """Who is speaking."""
        return self.greeting_from.format(town=self.town)

    def call(self, telephone: str) -> str:
        """Return the sentence that tells whom to call, with the number as it is written."""
        return self.call_number.format(number=telephone)

    def spoken_call(self, telephone: str) -> str:
        """Return the sentence that tells whom to call, with the number digit by digit."""
        return self.call_number.format(number=self.spoken_telephone(telephone))

    def spoken_telephone(self, number: str) -> str:
        """Return a number digit by digit, with a short pause between its groups.

        >>> LANGUAGES["en"].spoken_telephone("0126-53-2321")
        'zero one two six, five three, two three two one'
        >>> LANGUAGES["zh-Hans"].spoken_telephone("#9110")
        '井号九幺幺零'
        """
        return self.between_groups.join(
            self.between_digits.join(self.digits[10 if sign == "#" else int(sign)] for sign in group)
            for group in _GROUP.findall(number)
        )


def language_for(code: str, town_names: Mapping[str, str]) -> Language:
    """Return a known language in which the town has its own name, if it has given one."""
    language = LANGUAGES[code]
    return replace(language, town=town_names.get(code, language.town))


def known_code(code: str) -> str:
    """Return the code of a language that there is, or raise ValueError with those that there are."""
    if code not in LANGUAGES:
        known = ", ".join(f"{language.code} ({language.japanese})" for language in LANGUAGES.values())
        raise ValueError(f"there is no language {code!r}; there are {known}")
    return code


_ALL = (
    Language(
        code="en",
        japanese="英語",
        own="English",
        town="the town office",
        greeting_from="This is an announcement from {town}.",
        drill="This is a drill.",
        past="This announcement is no longer valid.",
        correction="This is a correction of the earlier announcement.",
        withdrawal="The earlier announcement has been withdrawn.",
        only_japanese="There is an announcement from the town in Japanese.",
        call_number="For help, please call {number}.",
        web_page="the web page",
        digits=("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "hash"),
        between_digits=" ",
        between_groups=", ",
        screen=ScreenWords(
            "I understand", "Listen again", "Back", "Confirmed", "Playing", "Please press again", "Please call me"
        ),
    ),
    Language(
        code="zh-Hans",
        japanese="中国語（簡体字）",
        own="简体中文",
        town="町政府",
        greeting_from="这里是{town}的广播。",
        drill="这是演习。",
        past="这是过去的通知，已经失效。",
        correction="现在更正之前的通知。",
        withdrawal="之前的通知已经撤销。",
        only_japanese="町政府发布了日语通知。",
        call_number="如需帮助，请拨打电话{number}。",
        web_page="网页",
        digits=("零", "幺", "二", "三", "四", "五", "六", "七", "八", "九", "井号"),  # 一 is said as 幺 in numbers
        between_digits="",
        between_groups="，",
        screen=ScreenWords("我知道了", "再听一遍", "返回", "已确认", "正在播放", "请再按一次", "请给我回电"),
    ),
    Language(
        code="vi",
        japanese="ベトナム語",
        own="Tiếng Việt",
        town="văn phòng thị trấn",
        greeting_from="Đây là thông báo của {town}.",
        drill="Đây là buổi diễn tập.",
        past="Thông báo này không còn hiệu lực.",
        correction="Sau đây là đính chính cho thông báo trước.",
        withdrawal="Thông báo trước đã được thu hồi.",
        only_japanese="Có thông báo của thị trấn bằng tiếng Nhật.",
        call_number="Nếu cần giúp đỡ, xin gọi số {number}.",
        web_page="trang web",
        digits=("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "thăng"),
        between_digits=" ",
        between_groups=", ",
        screen=ScreenWords(
            "Tôi đã hiểu", "Nghe lại", "Quay lại", "Đã xác nhận", "Đang phát", "Xin bấm lại", "Xin gọi lại cho tôi"
        ),
    ),
    Language(
        code="ko",
        japanese="韓国・朝鮮語",
        own="한국어",
        town="관공서",
        greeting_from="{town}에서 알려 드립니다.",
        drill="이것은 훈련입니다.",
        past="이것은 기간이 지난 안내입니다.",
        correction="앞서 알려 드린 내용을 정정합니다.",
        withdrawal="앞서 알려 드린 내용은 취소되었습니다.",
        only_japanese="관공서의 일본어 안내가 있습니다.",
        call_number="도움이 필요하시면 {number}번으로 전화해 주십시오.",
        web_page="홈페이지",
        digits=("공", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구", "샵 "),
        between_digits="",
        between_groups=", ",
        screen=ScreenWords(
            "알겠습니다",
            "다시 듣기",
            "돌아가기",
            "확인했습니다",
            "재생합니다",
            "다시 눌러 주십시오",
            "전화 상담을 원해요",
        ),
    ),
)

LANGUAGES: Mapping[str, Language] = {language.code: language for language in _ALL}
"""By code, in the order in which pages list them."""
