"""The ItemFilter dialect: the part of XPath in which a subscriber says which messages it wants.

ONVIF Core 9, message content filter::

    Expression  = Term (("and" | "or") Term)*            "and" binds closer
    Term        = "not" "(" Expression ")" | "(" Expression ")" | Item
    Item        = "boolean" "(" "//" Prefix ":" ("SimpleItem" | "ElementItem") "[" Test "]" ")"
    Test        = like Expression, with comparisons in place of items
    Comparison  = ("@Name" | "@Value") "=" String
"""

import re
from collections.abc import Callable
from typing import TypeVar

from simulator.errors import SimulatorError

MAX_DEPTH = 32
"""Parentheses within parentheses; a deeper expression is refused."""

Item = tuple[str, str]
"""A simple item: its name and its value as text."""

ItemTest = Callable[[Item], bool]
Content = Callable[[tuple[Item, ...]], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<string>\"[^\"]*\"|'[^']*')|(?P<word>[\w.:-]+)|(?P<sign>//|@|=|\(|\)|\[|\]))"
)

T = TypeVar("T")


class ContentError(SimulatorError):
    """An expression that is not in the dialect; the text names the character."""


def parse_content(text: str) -> Content:
    """Return the predicate on a message's simple items that ``text`` describes.

    Raises:
        ContentError: if ``text`` is not an expression of the dialect.
    """
    parser = _Parser(text)
    content = parser.either(parser.item, _any_content, _all_content, _no_content)
    parser.finish()
    return content


class _Parser:
    """A recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._token = ""
        self._advance()

    def either(
        self,
        leaf: Callable[[], T],
        any_of: Callable[[T, T], T],
        all_of: Callable[[T, T], T],
        none_of: Callable[[T], T],
    ) -> T:
        """Parse terms joined by ``or`` and ``and``; ``leaf`` parses what is neither."""

        def term() -> T:
            negate = self._token == "not"
            if negate:
                self._advance()
            if self._token != "(":
                if negate:
                    raise self._error("expected '(' after not")
                return leaf()
            inner = self._nested(lambda: self.either(leaf, any_of, all_of, none_of))
            return none_of(inner) if negate else inner

        def conjunction() -> T:
            left = term()
            while self._token == "and":
                self._advance()
                left = all_of(left, term())
            return left

        left = conjunction()
        while self._token == "or":
            self._advance()
            left = any_of(left, conjunction())
        return left

    def item(self) -> Content:
        """Parse one ``boolean(//tt:SimpleItem[...])``; many clients leave ``boolean`` out."""
        if self._token == "//":
            return self._path()
        self._expect("boolean", "(")
        content = self._path()
        self._expect(")")
        return content

    def finish(self) -> None:
        """Refuse whatever follows a whole expression."""
        if self._token:
            raise self._error("expected the end")

    def _path(self) -> Content:
        self._expect("//")
        kind = self._token.rpartition(":")[2]
        if kind not in ("SimpleItem", "ElementItem"):
            raise self._error("expected SimpleItem or ElementItem")
        self._advance()
        self._expect("[")
        test = self.either(self._comparison, _any_item, _all_item, _no_item)
        self._expect("]")
        if kind == "ElementItem":
            return lambda _items: False  # no message of ours has one
        return lambda items: any(map(test, items))

    def _comparison(self) -> ItemTest:
        self._expect("@")
        attribute = self._token
        if attribute not in ("Name", "Value"):
            raise self._error("expected Name or Value")
        self._advance()
        self._expect("=")
        if self._token[:1] not in ("'", '"'):
            raise self._error("expected a string")
        wanted = self._token[1:-1]
        self._advance()
        index = 0 if attribute == "Name" else 1
        return lambda item: item[index] == wanted

    def _nested(self, parse: Callable[[], T]) -> T:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error("too many parentheses")
        self._expect("(")
        inner = parse()
        self._expect(")")
        self._depth -= 1
        return inner

    def _expect(self, *tokens: str) -> None:
        for token in tokens:
            if self._token != token:
                raise self._error(f"expected {token!r}")
            self._advance()

    def _advance(self) -> None:
        match = _TOKEN.match(self._text, self._at)
        if match:
            self._token = match[match.lastgroup or 0]
            self._at = match.end()
        elif self._text[self._at :].strip():
            raise self._error("not a token")
        else:
            self._token = ""

    def _error(self, problem: str) -> ContentError:
        return ContentError(f"{problem} near character {self._at} (at {self._token[:40]!r})")


def _any_item(left: ItemTest, right: ItemTest) -> ItemTest:
    return lambda item: left(item) or right(item)


def _all_item(left: ItemTest, right: ItemTest) -> ItemTest:
    return lambda item: left(item) and right(item)


def _no_item(inner: ItemTest) -> ItemTest:
    return lambda item: not inner(item)


def _any_content(left: Content, right: Content) -> Content:
    return lambda items: left(items) or right(items)


def _all_content(left: Content, right: Content) -> Content:
    return lambda items: left(items) and right(items)


def _no_content(inner: Content) -> Content:
    return lambda items: not inner(items)
