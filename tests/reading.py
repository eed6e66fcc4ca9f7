"""The reading grade of our own sentences: names and medical terms count as one short name."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

import textstat

BLOCKS = ("p", "li", "dt", "dd", "label", "legend", "h1", "h2", "h3", "summary", "blockquote", "td", "th")
UNREAD = ("script", "style", "select", "textarea")
NAME = "Ann Lee"  # stands for each name: how long somebody's name is says nothing about our words
# Fernández-Huerta's scale of 1959: from this score on a text is of this grade of an American school.
SPANISH_GRADES = ((90.0, 4.0), (80.0, 5.0), (70.0, 6.0), (60.0, 8.0), (50.0, 11.0), (30.0, 13.0))
HARDEST = 16.0


def grade(text: str, names: Iterable[str] = (), language: str = "en") -> float:
    """The school grade that a text needs: Flesch-Kincaid, in Spanish by Fernández-Huerta's table."""
    plain = masked(text, names)
    textstat.set_lang("en_US" if language == "en" else language)
    if language == "en":
        return float(textstat.flesch_kincaid_grade(plain))
    score = textstat.fernandez_huerta(plain)
    return next((step for least, step in SPANISH_GRADES if score >= least), HARDEST)


def masked(text: str, names: Iterable[str]) -> str:
    """The text with every name, web address, code and number of more than three digits as one short name."""
    low = text.lower()
    for name in sorted({n for n in names if n and n.lower() in low}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", NAME, text, flags=re.IGNORECASE)
    return re.sub(r"\b(?:[\w-]+\.)+[a-z]{2,}\b|\+?[\d(][\d() -]{3,}\d|\b[A-Z]+\d+\b", NAME, text)


class _Sentences(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = [""]
        self._is_main = False
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_main = self._is_main or tag == "main"
        if tag in UNREAD or (tag == "span" and (self._hidden or ("class", "source") in attrs)):
            self._hidden.append(tag)
        if tag in BLOCKS:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()
        self._is_main = self._is_main and tag != "main"
        if tag in BLOCKS:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if self._is_main and not self._hidden:
            self.blocks[-1] += data


def sentences(html: str) -> str:
    """The sentences in the main part of a page, without headings, labels and sources, which are none."""
    reader = _Sentences()
    reader.feed(html)
    texts = (re.sub(r"\s+", " ", block).strip() for block in reader.blocks)
    return " ".join(text for text in texts if re.search(r"[.?!][”\")]*$", text))
