"""What a page's styles hide is no text, and what they show, or may show, is."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hostile import cpu_limit
from repository import ROOT
from samples import read

from llmcheck.documents.formats.html import fragment_of, read_page

TEXT = "secret"
SCRIPT = "<script>show()</script>"


def seen(markup: str) -> bool:
    """Whether the text, in a page beside another one, is read."""
    text = read_page(f"<body><p>Plain.</p>{markup}").text
    assert "Plain." in text
    return TEXT in text


def styled(style: str, tag: str = "p") -> bool:
    return seen(f'<{tag} style="{style}">{TEXT}</{tag}>')


def by_sheet(css: str, markup: str = f"<p class=x>{TEXT}</p>") -> bool:
    return seen(f"<style>{css}</style>{markup}")


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "display:/**/none",
        "d\\69splay:n\\6fne",
        "display:none!important;display:block",
        "visibility:collapse",
        "content-visibility:hidden",
        "font-size:0",
        "font-size:0.0em",
        "font-size:1px",
        "font:0/0 a",
        "font: italic 700 1px serif",
        "color:transparent",
        "color:rgba(0,0,0,0)",
        "color:#12345600",
        "-webkit-text-fill-color:transparent",
        "color:#fff;background:#ffffff",
        "background-color:black;color:rgb(3,3,3)",
        "background:navy;color:#000080ff",
        "opacity:0",
        "opacity:0%",
        "filter:opacity(0)",
        "position:absolute;left:-9999px",
        "position:fixed;top:-200em",
        "position:absolute;inset:auto auto auto -5000px",
        "margin-left:-10000px",
        "margin:0 0 0 -10000px",
        "transform:translateX(-9999px)",
        "transform:rotate(3deg) translate(0, -99999px)",
        "text-indent:-9999px",
        "position:absolute;clip:rect(0,0,0,0)",
        "position:absolute;clip:rect(1px 1px 1px 1px)",
        "clip-path:inset(50%)",
        "clip-path:circle(0)",
        "height:0;overflow:hidden",
        "max-height:0;overflow-y:clip",
        "width:0;overflow:hidden",
        "transform:scale(0)",
        "transform:scaleY(0)",
        "scale:0",
    ],
)
def test_what_a_style_hides_is_no_text(style: str) -> None:
    assert not styled(style)


@pytest.mark.parametrize(
    "style",
    [
        "",
        "}{;;:",
        "display:nonesuch",
        "display",
        "backface-visibility:hidden",
        "animation-fill-mode:none;display:block",
        "color:var(--x);background:var(--x)",
        "color:inherit",
        "color:white;background:url(night.jpg)",
        "color:white;background:linear-gradient(navy,black)",
        "color:white;background:navy",
        "color:white;background:url(a.jpg) center / cover, navy",
        "color:a,b/c;background:a / b,c;font:a/b,c;clip:rect(a/b,c);transform:a(b,/)",
        "color:white;position:absolute;top:3em",
        "color:transparent;background:linear-gradient(red,blue);-webkit-background-clip:text",
        "color:transparent;text-shadow:0 0 8px #000",
        "opacity:0;animation:fade 1s forwards",
        "opacity:0.4",
        "font-size:calc(0px + 1vw)",
        "font-size:80%",
        "height:0;padding-bottom:56%;overflow:hidden",
        "height:0",
        "height:0;overflow:visible",
        "position:relative;left:-1200px",
        "position:absolute;left:-50px",
        "left:-9999px",
        "text-indent:-2em",
        "transform:translateX(-100%)",
        "transform:scale(1.2)",
        "clip-path:inset(0 100% 0 0)",
        "clip:auto",
    ],
)
def test_what_a_style_shows_or_says_nothing_known_of_is_text(style: str) -> None:
    assert styled(style)


@pytest.mark.parametrize(
    "css",
    [
        ".x{display:none}",
        "p.x , #y{visibility:hidden}",
        "body > p ~ .x{display:none}",
        "p:not(.y).x:last-child{font-size:0}",
        "[class~=x]{opacity:0}",
        ".x{display:none!important} p.x{display:block}",
        ".x{display:block} p.x{display:none} .x{display:block}",
        "@media screen{.x{display:none}}",
        "@media ALL { @media screen { .x{display:none} } }",
        ".x{color:#fff} body{background:white}",
        "@import 'a.css'; @font-face{font-family:a} .x{display:none}",
        "}{ .x{} } .x{display:none} .x{",
        "<!-- .x{display:none} -->",
    ],
)
def test_what_a_style_sheet_hides_is_no_text(css: str) -> None:
    assert not by_sheet(css)


@pytest.mark.parametrize(
    "css",
    [
        ".y{display:none}",
        ".x .x{display:none}",
        ".x{display:none} p.x{display:block}",
        "p.x{display:block} .x{display:none}",
        ".x{display:none} .x{display:block!important}",
        ".x::before{display:none}",
        ".x:hover{display:none}",
        ".x{display:none} body:hover .x{display:block}",
        ".x{display:none} :focus-within > .x{display:block}",
        ".x:bogus{display:none}",
        "} .x{display:none} .x{",
        "@media print{.x{display:none}}",
        "@media (max-width:600px){.x{display:none}}",
        ".x{display:none} @media (min-width:600px){.x{display:block}}",
        ".x{color:white} body{background:white} @media (width>1px){.x{color:black}}",
        "@supports (display:grid){.x{display:none}}",
        "@starting-style{.x{opacity:0}}",
        "@keyframes a{from{opacity:0}}",
        ".x{/*display:none*/}",
    ],
)
def test_what_a_sheet_does_not_surely_hide_is_text(css: str) -> None:
    assert by_sheet(css)


def test_a_style_sheet_for_paper_alone_or_without_scripts_hides_nothing() -> None:
    for opening in ("<style media=print>", "<noscript><style>", "<style media='(width<9px)'>"):
        assert seen(f"{opening}.x{{display:none}}</style></noscript><p class=x>{TEXT}</p>")
    assert not seen(f"<style media=Screen>.x{{display:none}}</style><p class=x>{TEXT}</p>")


def test_the_style_of_an_element_is_stronger_than_a_sheet_but_for_what_is_important() -> None:
    markup = f'<p class=x style="display:block">{TEXT}</p>'
    assert by_sheet(".x{display:none}", markup)
    assert not by_sheet(".x{display:none!important}", markup)


def test_what_is_inherited_hides_no_element_that_takes_it_back() -> None:
    def within(outer: str, inner: str) -> bool:
        return seen(f'<div style="{outer}">gone <span style="{inner}">{TEXT}</span> gone</div>')

    for outer, inner in (
        ("font-size:0", "font-size:14px"),
        ("visibility:hidden", "visibility:visible"),
        ("color:transparent", "color:black"),
        ("color:white;background:white", "background:black"),
        ("text-indent:-9999px", "text-indent:0"),
    ):
        assert within(outer, inner)
        assert not within(outer, "")
        assert (
            "gone"
            not in read_page(
                f'<p>a</p><div style="{outer}">gone <b style="{inner}">b</b> gone</div>'
            ).text
        )
    assert not within("display:none", "display:block")
    assert not within("font-size:0", "font-size:2em")


def test_colours_of_old_markup_count_and_links_have_one_of_their_own() -> None:
    assert not seen(f"<font color=white>{TEXT}</font>")
    assert not seen(f"<table><tr><td bgcolor=000080><font color='#000080'>{TEXT}</font></table>")
    assert seen(f"<table><tr><td bgcolor=navy><font color=white>{TEXT}</font></table>")
    assert seen(f"<table background=a.gif><tr><td><font color=white>{TEXT}</font></table>")
    assert seen(f"<div style='color:white;background:white'><a href=a>{TEXT}</a></div>")


def test_white_text_is_seen_where_a_sheet_that_is_not_read_may_paint_behind_it() -> None:
    white = f"<p style='color:white'>{TEXT}</p>"
    assert not seen(white)
    assert seen(f"<link rel=stylesheet href=a.css>{white}")
    assert seen(f"<style>@import 'a.css';</style>{white}")
    assert seen(f"<div style='position:relative'><img src=a.jpg>{white}</div>")


def test_what_scripts_let_fade_in_is_text_where_there_are_scripts() -> None:
    for style in ("opacity:0", "transform:scale(0)"):
        assert seen(f'{SCRIPT}<p style="{style}">{TEXT}</p>')
        assert not seen(f'<script type="application/ld+json">{{}}</script>'
                        f'<p style="{style}">{TEXT}</p>')  # fmt: skip
    assert not seen(f'{SCRIPT}<p style="display:none">{TEXT}</p>')


def test_a_page_that_is_hidden_as_a_whole_is_one_that_scripts_show() -> None:
    for css in ("body{display:none}", "html{visibility:hidden}", "body{font-size:0}",
                "body{opacity:0}", "body{color:transparent}"):  # fmt: skip
        assert read_page(f"<style>{css}</style><body><p>{TEXT}").text == TEXT


def test_what_is_said_to_a_screen_reader_in_the_place_of_a_sign_is_text() -> None:
    clipped = f'<span style="position:absolute;clip:rect(0,0,0,0)">{TEXT}</span>'
    assert not seen(f"<p>Price: {clipped}</p>")
    assert seen(f"<p>Price: {clipped}<span aria-hidden=true>$ 4</span></p>")


def test_what_a_reader_can_open_as_the_markup_says_is_text() -> None:
    closed = f'id=x class=x style="max-height:0;overflow:hidden">{TEXT}</div>'
    for css in ("", "<style>.x{display:none}</style>"):
        assert seen(f"{css}<div role=tabpanel {closed}")
        assert seen(
            f"{css}<button aria-expanded=false aria-controls='y x'>More</button><div {closed}"
        )
        assert not seen(f"{css}<button aria-controls=z>More</button><div {closed}")


def test_hidden_text_is_hidden_in_mails_and_books_too() -> None:
    preview = f'<div style="max-height:0;overflow:hidden;font-size:1px">{TEXT}</div><p>Hello.</p>'
    assert fragment_of(preview).text == "Hello."
    assert fragment_of(f"<p class=x>{TEXT}</p><p>a</p>", css=".x{display:none}").text == "a"


def test_what_is_hidden_is_not_told_as_struck_out() -> None:
    page = read_page("<style>.x{display:none}</style><p>a</p><p class=x><s>12</s></p><s>13</s>")
    assert page.struck == ("13",)


@pytest.mark.parametrize(
    "page",
    [
        "<style>" + ".x{display:none}" * 100_000 + "</style>",
        "<style>" + "".join(f".c{at}{{display:none}}" for at in range(90_000)) + "</style>",
        "<style>" + "p,i," * 50_000 + "p{display:none}</style>",
        "<style>" + ("div " * 80 + "b p{display:none}") * 50 + "</style>" + "<div>" * 200,
        "<style>p~p~i~p{display:none}</style>" + "<p>a</p>" * 5_000,
        "<style>div:has(i){display:none}</style>" + "<div>" * 100 + "<p>a</p>" * 1_000,
        "<style>" + "p:last-of-type{color:red}" * 100 + "</style>" + "<p>a</p>" * 5_000,
        "<style>" + ":is(" * 9_000 + "p" + ")" * 9_000 + "{display:none}</style>",
        "<style>" + "@media all{" * 90_000 + "p{display:none}</style>",
        "<style>p{display:" + "(" * 100_000 + "</style>",
        "<p style='color:" + "rgb(" * 9_000 + "'>a</p>",
        "<b style='position:fixed;clip:rect(0,0,0,0)'>a</b>" * 10_000,
        "<p style='left:1e999px;font-size:-1e999em;color:rgb(1e999,nan,0);opacity:nan'>a</p>",
        "".join(f"<p style='color:#{at:06x}'>a</p>" for at in range(10_000)),
    ],
    ids=lambda page: page[:40],
)
def test_hostile_styles_are_read_or_left_and_hide_nothing(page: str) -> None:
    with cpu_limit(20):
        (document,) = read(f"<html><body>{page}<p>The lock is shut.</p>".encode(), "a.html")
    assert document.text.endswith("The lock is shut.")


def test_a_page_without_styles_loads_no_parser_of_them() -> None:
    script = (
        "import sys\nfrom llmcheck.documents.formats.html import read_fragment\n"
        "read_fragment('<p class=x hidden>a</p><p>b</p>')\nassert 'tinycss2' not in sys.modules\n"
        "read_fragment('<p style=color:red>b</p>')\nassert 'tinycss2' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)
