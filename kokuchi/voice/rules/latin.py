"""Abbreviations in Latin letters that the engine spells or drops, but people say otherwise."""

import re

from kokuchi.voice.rewriting import Rule


def _word(written: str, said: str, *examples: tuple[str, str], after: str = "") -> Rule:
    pattern = re.compile(rf"(?<![A-Za-z])(?:{written})(?![A-Za-z]){after}")
    return Rule(written, pattern, said, examples)


RULES = (
    _word("PIN", "ピン", ("PINコード", "ピンコード"), after="(?=コード|番号)"),
    _word("PC", "パソコン", ("PCの画面", "パソコンの画面"), ("PCR検査", "PCR検査")),
    _word("AED", "エーイーディー", ("AEDを使う", "エーイーディーを使う")),
    _word("DV", "ディーブイ", ("DVの相談", "ディーブイの相談")),
    _word("GW", "ゴールデンウィーク", ("GW中の収集", "ゴールデンウィーク中の収集")),
    _word("EV", "イーブイ", ("EV車", "イーブイ車")),
    _word("WEB|Web", "ウェブ", ("Webで申し込み", "ウェブで申し込み")),
    _word("SIM", "シム", ("SIMカード", "シムカード")),
    _word("PayPay", "ペイペイ", ("PayPayで払う", "ペイペイで払う")),
    _word("PASMO", "パスモ", ("PASMO", "パスモ")),
    _word("Kitaca", "キタカ", ("Kitaca", "キタカ")),
    _word("Zoom|ZOOM", "ズーム", ("Zoomで参加", "ズームで参加")),
    _word("WhatsApp", "ワッツアップ", ("WhatsApp", "ワッツアップ")),
    _word("Telegram", "テレグラム", ("Telegram", "テレグラム")),
    _word("TikTok", "ティックトック", ("TikTok", "ティックトック")),
    _word("J-ALERT", "ジェイアラート", ("J-ALERT", "ジェイアラート")),
    _word("L-ALERT", "エルアラート", ("L-ALERT", "エルアラート")),
    _word("eLTAX", "エルタックス", ("eLTAX", "エルタックス")),
    _word("e-Tax", "イータックス", ("e-Taxで申告", "イータックスで申告")),
    _word(r"L[Vv]\.?", "レベル", ("Lv.4", "レベル4")),
    _word("vs", "対", ("A対B", "A対B"), ("月形vs当別", "月形対当別")),
)
