"""German words: the common ones, abbreviations before figures, and what forms share."""

from __future__ import annotations

from functools import lru_cache

from llmcheck.language.text import squeeze

STOP_WORDS = frozenset(
    """aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim
    bereits bin bis bist da dabei dadurch dafür damit danach dann daran darauf das dass davon
    dazu dein dem den denen denn der deren des dessen die dies diese diesem diesen dieser dieses
    doch dort du durch ein eine einem einen einer eines er es etwa etwas euch für gegen habe
    haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in
    ins ist ja jede jedem jeden jeder jedes jetzt kann kein keine keinem keinen keiner können
    konnte man mehr mein mit muss müssen nach nicht nichts noch nun nur ob oder ohne schon sehr
    sei sein seine seinem seinen seiner seit selbst sich sie sind so soll sollen sondern sowie
    über um und uns unser unsere unter viel vom von vor während war waren was weil welche
    welcher wenn wer werde werden wie wieder will wir wird wo wollen wurde wurden zu zum zur
    zwar zwischen""".split()
)
"""Words too common to tell what a sentence is about."""

BEFORE_FIGURES = frozenset(
    """abb abs anh art aufl bd bde bzw ca circa evtl ggf gegr geb inkl kap lt max min mind mio
    mrd nr nrn par pkt s sog std st str tab tel tsd u urspr usw vgl vol zzgl ziff""".split()
)
"""Abbreviations that newspapers and manuals write before a number."""

_UMLAUTS = str.maketrans("äöü", "aou")
_SHORTEST = 3
_REMEMBERED = 1 << 14


@lru_cache(maxsize=_REMEMBERED)
def stem(word: str) -> str:
    """A crude common form of a word: enough to match "Häuser" with "Hauses".

    (Caumanns, "A fast and simple stemming algorithm for German words", 1999, endings of nouns
    and adjectives alone.)
    """
    word = squeeze(word).replace("'", "").replace(".", "").translate(_UMLAUTS)
    while len(word) > _SHORTEST:
        if len(word) > _SHORTEST + 1 and word.endswith(("em", "er")):
            word = word[:-2]
        elif word.endswith(("e", "s", "n")):
            word = word[:-1]
        else:
            break
    return word
