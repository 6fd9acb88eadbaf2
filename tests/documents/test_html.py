"""Web pages: what of them is text, what is chrome, and that nothing in them is a crash."""

from __future__ import annotations

import re
from typing import Any

import pytest
import trafilatura
from hypothesis import given, settings
from hypothesis import strategies as st
from repository import TESTS

from llmcheck.documents.formats.html import Page, read_page
from llmcheck.documents.formats.sniffing import looks_like_html

PARAGRAPHS = [
    "The lighthouse on Garnet Point will be repainted in June, the harbour trust said on Monday.",
    "Work is to take eleven weeks and cost 84,000 crowns, of which the county pays half, in all.",
    "Keepers have lived in the tower since 1874, and the lamp was turned by hand until the war.",
    "“We will not close the path for longer than we must,” said Ilse Tarn, who chairs the trust.",
]
PAGE = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<title>Lighthouse to be repainted | The Garnet Gull</title>
<style>p {{ color: navy }}</style><script>var tracker = "on";</script></head>
<body>
<div id="cookies"><p>We use cookies to see which pages please you.</p><button>Fine</button>
</div>
<nav><ul><li><a href="/">Home</a></li><li><a href="/sea">Tides</a></li></ul></nav>
<main><article>
<h1>Lighthouse to be repainted</h1>
<p>{PARAGRAPHS[0]}</p>
<p>{PARAGRAPHS[1]}</p>
<p>{PARAGRAPHS[2]}</p>
<p>{PARAGRAPHS[3]}</p>
</article></main>
<aside class="related"><h3>More to read</h3><ul><li><a href="/1">Gulls steal a picnic</a></li>
<li><a href="/2">Ferry late again</a></li></ul></aside>
<footer><p>© The Garnet Gull. Terms. Privacy.</p></footer>
</body></html>"""


def body(markup: str) -> str:
    return read_page(f"<html><body>{markup}</body></html>").text


def chrome_of(page: Page) -> list[str]:
    return [page.text[span.start : span.end] for span in page.chrome]


def test_everything_round_the_article_is_chrome_and_stays_in_the_text() -> None:
    page = read_page(PAGE)
    before, after = chrome_of(page)
    assert before.startswith("We use cookies")
    assert before.endswith("Home\nTides")
    assert after.startswith("More to read")
    assert after.endswith("© The Garnet Gull. Terms. Privacy.")
    for paragraph in ["Lighthouse to be repainted", *PARAGRAPHS]:
        assert paragraph in page.text
        assert not any(paragraph in chrome for chrome in (before, after))


def test_an_article_paragraph_that_trafilatura_alters_is_no_chrome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    altered = PARAGRAPHS[1].replace(", in all", "")
    joined = f"{PARAGRAPHS[0]} {altered}\n{PARAGRAPHS[2][:40]}\n{PARAGRAPHS[2][40:]}"
    monkeypatch.setattr(trafilatura, "extract", lambda *_, **__: joined)
    before, after = chrome_of(read_page(PAGE))
    assert before.endswith("Tides")
    assert after.startswith(PARAGRAPHS[3])


def test_a_menu_word_that_occurs_in_the_article_is_still_chrome() -> None:
    assert "harbour" in PARAGRAPHS[0]
    page = read_page(PAGE.replace("Tides", "Harbour"))
    assert chrome_of(page)[0].endswith("Home\nHarbour")


def test_without_main_text_nothing_is_written_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trafilatura, "extract", lambda *_, **__: None)
    assert read_page(PAGE).chrome == ()
    monkeypatch.setattr(trafilatura, "extract", lambda *_, **__: "Words of no block on this page.")
    assert read_page(PAGE).chrome == ()


def test_a_page_on_which_trafilatura_fails_is_read_without_chrome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> str:
        raise RecursionError

    monkeypatch.setattr(trafilatura, "extract", fail)
    page = read_page(PAGE)
    assert page.chrome == ()
    assert PARAGRAPHS[0] in page.text


def test_a_page_of_too_many_elements_is_read_without_seeking_its_main_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("llmcheck.documents.formats.html_main_text._MAX_ELEMENTS", 5)
    assert read_page(PAGE).chrome == ()


def test_trafilatura_writes_nothing_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    read_page("<p>x</p>")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>secret</script>",
        "<style>secret</style>",
        "<template><p>secret</p></template>",
        "<noscript>secret</noscript>",
        "<select><option>secret</select>",
        "<div hidden>secret</div>",
        "<div style='color:red; DISPLAY : none'>secret</div>",
        "<span style='visibility:hidden'>secret</span>",
        "<span aria-hidden=TRUE>secret</span>",
        "<dialog>secret</dialog>",
        "<img alt=secret src=x>",
        "<!-- secret -->",
        "<div hidden><div hidden>secret</div>secret</div>",
    ],
)
def test_what_no_reader_sees_is_no_text(hidden: str) -> None:
    assert body(f"<p>A{hidden}B</p>").split() in (["A", "B"], ["AB"])


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one\n  two&nbsp;three</p>", "one two three"),
        ("<div>a<p>b</p>c</div>", "a\n\nb\n\nc"),
        ("<p>a<br>b<br><br>c</p>", "a\nb\n\nc"),
        ("<p>x</p><ul><li>a<li>b</ul>y", "x\n\na\nb\n\ny"),
        ("<table><tr><td>a<td>b<tr><td><td>c</table>", "a\tb\nc"),
        ("<pre>a\n b</pre>", "a\nb"),
        ("<a>Home</a><a>Tides</a>", "Home Tides"),
        ("<p>H<sub>2</sub>O, 10<sup>6</sup>, 19<sup>th</sup></p>", "H2O, 10⁶, 19th"),
        ("<p>har\u00adbour har&shy;bour</p>", "harbour harbour"),
        ("<p>a&#1;b&#0;c\x01\x0cd</p>", "ab\ufffdc d"),
        ("<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>", "a\n\nb\n\nc"),
        ("<button>Yes</button><button>No</button>", "Yes\n\nNo"),
        ("plain", "plain"),
    ],
)
def test_blocks_lines_and_white_space(markup: str, text: str) -> None:
    assert body(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("cost 320<sup>1</sup> million", "cost 320¹ million"),
        ("cost 320<sup><a href=#n1>1</a></sup> million", "cost 320¹ million"),
        ("in 2019<sup>3, 4</sup> and 2020<sup>2–4</sup>", "in 2019³, ⁴ and 2020²–⁴"),
        ("10<sup>-6</sup>, 10<sup>−6</sup> and 5 m<sup>2</sup>", "10⁻⁶, 10⁻⁶ and 5 m²"),
        ("320<span style='font-size:8pt; vertical-align: super'>1</span> million", "320¹ million"),
        ("320<a role=doc-noteref href=#n>1</a> million", "320¹ million"),
        ("320<a epub:type='x noteref' href=#n>1</a> million", "320¹ million"),
        ("320<sup>[1]</sup> million, the 19<sup>th</sup>", "320[1] million, the 19th"),
        ("<math><msup><mn>10</mn><mn>6</mn></msup></math> litres", "10⁶ litres"),
        ("3<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> hours", "3 1/2 hours"),
        ("<math><semantics><mn>106</mn><annotation>10^6</annotation></semantics></math>", "106"),
    ],
)
def test_a_raised_figure_is_never_glued_to_the_one_before(markup: str, text: str) -> None:
    assert body(f"<p>{markup}</p>") == text


def test_a_class_that_the_style_sheet_raises_or_strikes_out_does_so() -> None:
    sheet = "<style>/* c */ .c1, span.c2{text-decoration:line-through}.c3{vertical-align:super}"
    page = read_page(
        f"<html><head>{sheet}</style></head><body><p>Killed <span class=c2>12</span> nine "
        "<b class=c1>or so</b>, cost 320<span class='x c3'>1</span> million.</p></body></html>"
    )
    assert page.text == "Killed nine, cost 320¹ million."
    assert page.struck == ("12", "or so")


@pytest.mark.parametrize(
    "struck",
    [
        "<s>12</s>",
        "<del>12</del>",
        "<strike><b>12</b></strike>",
        "<span style='color:red; text-decoration: line-through'>12</span>",
        "<span style='text-decoration-line:underline line-through;'>12</span>",
        "<span role=deletion>12</span>",
        "<s><s>1</s>2</s>",
    ],
)
def test_what_is_struck_out_is_kept_beside_the_text(struck: str) -> None:
    page = read_page(f"<p>The fire killed {struck} nine people.</p>")
    assert (page.text, page.struck) == ("The fire killed nine people.", ("12",))


def test_a_page_with_corrections_says_what_it_was_corrected_to() -> None:
    page = read_page((TESTS / "data/struck-out.html").read_text(encoding="utf-8"))
    assert page.struck == ("12", "Anna Berg", "$4 million")
    assert page.text.split("\n\n")[1:] == [
        "The fire on the pier killed nine people, the coast guard said on Monday.",
        "The mayor, Nora Lund, visited the site in the afternoon and spoke to the families of the "
        "victims.",
        "Damage is put at $6 million by the insurer of the harbour.",
    ]


def test_what_is_struck_out_leaves_no_space_before_a_comma_and_no_empty_blocks() -> None:
    page = read_page(
        "<h1>Fire <s>kills 12</s></h1><p>Nine <del>of 12</del>, two <del>men</del>.</p><del><p>Old"
        " paragraph.</p></del><ul><li><s>Old item</s><li>Item</ul><p hidden><s>unseen</s></p>"
    )
    assert page.text == "Fire\n\nNine, two.\n\nItem"
    assert page.struck == ("kills 12", "of 12", "men", "Old paragraph.", "Old item")
    assert page.about.title == "Fire"


def test_a_page_that_is_all_struck_out_says_so() -> None:
    with pytest.raises(ValueError, match="no text that is not struck out"):
        read_page("<p><s>The fire killed 12.</s></p>")


def test_what_is_struck_out_does_not_set_the_rest_of_its_paragraph_apart() -> None:
    page = read_page(PAGE.replace("84,000", "<s>about eighty-two thousand</s> 84,000"))
    assert PARAGRAPHS[1] in page.text
    assert not any(PARAGRAPHS[1] in chrome for chrome in chrome_of(page))


@pytest.mark.parametrize(
    ("head", "heading", "title"),
    [
        ("<title>Lamp lit | Gull</title>", "Lamp lit", "Lamp lit"),
        ("<title>Lamp lit | Gull</title>", "The Gull's front page", "Lamp lit | Gull"),
        ("<meta property='og:title' content=' Lamp\n lit '><title>Gull</title>", "x", "Lamp lit"),
        ("<title> </title>", "Lamp <i>lit</i>", "Lamp lit"),
        ("", "", None),
    ],
)
def test_title(head: str, heading: str, title: str | None) -> None:
    page = f"<html><head>{head}</head><body><h1>{heading}</h1><p>text</p></body></html>"
    assert read_page(page).about.title == title


@pytest.mark.parametrize(
    "source",
    [
        "<?xml version='1.0' encoding='iso-8859-1'?><html xmlns='http://www.w3.org/1999/xhtml'>"
        "<head><script src='x'/></head><body><p>é text</p></body></html>",
        "<html><head><meta charset='shift_jis'></head><p>é text",
        "é text",
        "</div></p></html><b><p>é</b> text</p></p>",
        "<html><body>" + "<div>" * 600 + "é text" + "</div>" * 600,
        "<html><body>" + "<p>é text</p>" * 2000,
        "<svg><title>x</title></svg><p>é text<p",
    ],
    ids=["xhtml", "wrong charset", "no tags", "broken", "deep", "long", "cut off"],
)
def test_odd_pages_are_read(source: str) -> None:
    text = " ".join(read_page(source).text.split())
    assert text.startswith("é text")


def test_a_page_may_begin_without_a_body_tag() -> None:
    page = read_page(
        "<title>Tide</title><nav>Home</nav><article><p>The pier opened.</p></article>"
    )
    assert page.text == "Home\n\nThe pier opened."


def test_a_page_too_deep_to_be_read_whole_is_refused() -> None:
    with pytest.raises(ValueError, match="too deep"):
        read_page("<p>start</p>" + "<div>" * 5000 + "end")


@pytest.mark.parametrize("source", ["", "<!-- only -->", "<html><body><div id=app></div></body>"])
def test_a_page_without_text_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"holds no HTML|shows no text"):
        read_page(source)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<!DOCTYPE html><p>", True),
        ("\n <?xml version='1.0'?>\n<!-- a --><!-- b --> <HTML lang=en>", True),
        ("<p>a fragment", False),
        ("About <html> tags", False),
        ("<htmlish>", False),
        ("<!--x-->" * 500, False),
    ],
)
def test_looks_like_html(text: str, expected: bool) -> None:
    assert looks_like_html(text) is expected


TAGS = st.sampled_from([
    "p", "div", "span", "ul", "li", "table", "tr", "td", "br", "h1", "article", "pre", "sup", "a",
    "s", "msup", "b", "nav", "svg", "dialog", "script", "head", "title", "body", "html", "x-y",
    "button",
])  # fmt: skip
ATTRIBUTES = st.sampled_from(
    [
        "",
        " hidden",
        " style='display:none'",
        " aria-hidden=true",
        " class=article",
        " href='[x'",
        " style='text-decoration:line-through'",
    ]
)
TEXTS = st.one_of(st.text(max_size=20), st.sampled_from([*PARAGRAPHS, "&#1;", "&nbsp;", "<", "&"]))
MARKUP = st.recursive(
    TEXTS,
    lambda inner: st.builds(
        lambda tag, attributes, children, closed: (
            f"<{tag}{attributes}>{''.join(children)}" + (f"</{tag}>" if closed else "")
        ),
        TAGS,
        ATTRIBUTES,
        st.lists(inner, min_size=1, max_size=4),  # with none, Hypothesis sees no recursion
        st.booleans(),
    ),
    max_leaves=12,
)


@given(MARKUP)
@settings(max_examples=150)
def test_spans_and_white_space_hold_for_any_markup(markup: str) -> None:
    try:
        page = read_page(markup)
    except ValueError:
        return
    assert page.text == page.text.strip() != ""
    assert not re.search(r"[^\S\n\t ]|  |\n\n\n", page.text)
    end = -1
    for span in page.chrome:
        assert end < span.start < span.end <= len(page.text)
        assert page.text[span.start : span.end].strip() == page.text[span.start : span.end]
        end = span.end
