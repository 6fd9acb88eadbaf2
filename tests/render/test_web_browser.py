"""The report page in a real browser: nothing foreign runs, every citation lands, it reads well.

Skipped where there is no Chromium. ``AXE_CORE`` names a file of axe-core (``axe.min.js``) for the
test of accessibility, which is skipped without it.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import builders
import pytest
from builders import claim, flag, info, position
from chromium import EXECUTABLE, Tab, chromium
from repository import ROOT
from test_render import DOCUMENTS, FERRY, HOSTILE_TEXT, TIDES, hostile_report, report
from test_web import large

from llmcheck import Checker, Corpus, Report
from llmcheck.models import Document, Summary, SummarySentence
from llmcheck.render.web import html_page

pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason="there is no Chromium here")

# Read before the settings of the user's are taken away.
AXE = os.environ.get("AXE_CORE", "")
WIDTHS = (360, 390, 768, 1440)

ATTACKS = (
    "<script>window.ran = 1</script>",
    "</style><script>window.ran = 2</script><style>",
    "</title><script>window.ran = 3</script>",
    '"><img src=x onerror="window.ran = 4">',
    "' onmouseover='window.ran = 5' autofocus onfocus='window.ran = 6",
    "<svg onload=window.ran=7><animate onbegin=window.ran=8>",
    '<a href="javascript:window.ran=9" id=main>x</a>',
    "<link rel=stylesheet href=//203.0.113.9/x><img src=//203.0.113.9/y>",
    '<meta http-equiv=refresh content="0;url=//203.0.113.9/z"><base href=//203.0.113.9/>',
    "<style>body { display: none }</style>{{ 7 * 7 }}{% raw %}",
    "\u202eesrever\u202c \u2066x\u2069 \x00\x07\x1b]0;t\x07 -->]]><!--",
    HOSTILE_TEXT,
)


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with chromium(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> str:
    corpus = Corpus.read(ROOT / "seeds")
    found = Checker(replay=ROOT / "fixtures" / "seeds", cache=False).summarize(corpus)
    return written(tmp_path_factory.mktemp("seeds"), found, *corpus.documents)


def written(folder: Path, found: Report, *documents: Document) -> str:
    path = folder / "report.html"
    path.write_text(html_page(found, documents), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_asks_for_nothing_complains_of_nothing_and_is_as_wide_as_the_screen(
    tab: Tab, seeds: str, width: int, dark: bool
) -> None:
    tab.open(seeds, width, 800, dark)

    assert tab.requests() == [seeds]
    assert tab.complaints() == []
    assert tab.run("document.documentElement.scrollWidth") <= width


def test_served_over_http_it_asks_for_nothing_else(
    tab: Tab, tmp_path: Path, socket_enabled: None
) -> None:
    written(tmp_path, report(), *DOCUMENTS)
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=tmp_path)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        tab.open(f"http://127.0.0.1:{server.server_port}/report.html")
        complaints = tab.complaints()
        server.shutdown()

    assert asked == ["/report.html"]
    assert complaints == []


def test_every_link_of_the_page_lands_on_something_that_is_seen(tab: Tab, seeds: str) -> None:
    tab.open(seeds, 360, 800)
    lost = tab.run(
        """(async () => {
          const lost = [];
          const links = new Set([...document.links].map(link => link.getAttribute("href")));
          for (const link of links) {
            location.hash = link;
            await new Promise(resolve => setTimeout(resolve));
            const target = document.querySelector(":target");
            const seen = target?.closest("mark") ?? target;
            const box = seen?.getBoundingClientRect();
            if (!seen?.checkVisibility({contentVisibilityAuto: true}) || !box.height
                || box.top > innerHeight || box.bottom < 0) lost.push(link);
          }
          return {lost, count: links.size};
        })()"""
    )

    assert lost["count"] > 100
    assert lost["lost"] == []


def test_a_citation_into_padding_that_was_folded_unfolds_it(tab: Tab, tmp_path: Path) -> None:
    text = "Subscribe to the log. The lock weighs 90 tonnes.\n\nThe gate opened."
    document = Document(id="d", text=text)
    found = builders.report(
        documents=(info(document),),
        claims=(claim("c", text[:48], document),),
        padding=(flag(text[:48], document),),
        summary=Summary(sentences=(SummarySentence(text="It is heavy.", claim_ids=("c",)),)),
    )
    tab.open(written(tmp_path, found, document))

    assert tab.run('document.querySelector("details.padding").open') is True
    tab.run('document.querySelector("details.padding").open = false')
    tab.run('document.querySelector("a.cite").click()')
    assert tab.run('document.querySelector("details.padding").open') is True


def test_documents_full_of_markup_run_nothing_and_load_nothing(tab: Tab, tmp_path: Path) -> None:
    for attack in ATTACKS:
        found = Report.model_validate(_replaced(hostile_report().model_dump(), attack))
        tab.open(written(tmp_path, found, Document(id=attack, text=attack, path=attack)))

        assert tab.run("window.ran ?? null") is None
        assert len(tab.requests()) == 1
        assert tab.complaints() == []
        assert tab.run("document.querySelectorAll('img, link, base').length") == 0
        assert tab.run("document.scripts.length") == 1
        assert tab.run("getComputedStyle(document.body).display") == "block"
        assert tab.run("document.querySelector('h1').textContent") == "1 dispute in 1 document"


def _replaced(value: object, attack: str) -> object:
    """The value with the attack in place of every hostile text."""
    if isinstance(value, str):
        return attack if value.startswith(HOSTILE_TEXT) else value
    if isinstance(value, dict):
        return {key: _replaced(held, attack) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(held, attack) for held in value]
    return value


def test_where_markup_gets_through_the_policy_stops_it(tab: Tab, tmp_path: Path) -> None:
    path = tmp_path / "broken.html"
    html = html_page(report(), DOCUMENTS)
    path.write_text(html.replace("<main", f"{''.join(ATTACKS[:8])}<main", 1), encoding="utf-8")
    tab.open(path.as_uri())

    assert tab.run("window.ran ?? null") is None
    assert "Content Security Policy" in "".join(tab.complaints())
    assert tab.requests() == [path.as_uri()]


SHOWN = "[...document.querySelectorAll('main [data-kind]:not([hidden])')].map(it => it.id)"
STATUS = "document.getElementById('shown').textContent"


def choose(tab: Tab, control: str, value: str) -> None:
    tab.run(
        f"{{ const field = document.getElementById({control!r}); field.value = {value!r};"
        "field.dispatchEvent(new Event('input')); field.dispatchEvent(new Event('change')); }"
    )
    # The search waits until nobody types.
    tab.run("new Promise(resolve => setTimeout(resolve, 200))")


def spread() -> Report:
    """Two disputes of which the second is the surer one, an agreement and a look-alike."""
    (long,) = report().disputes
    doubtful = long.model_copy(update={"confidence": 0.5})
    late = builders.dispute(
        position("4 May", "c4", TIDES.id), position("never", "c2", FERRY.id),
        id="d2", question="When did it open?", kind="temporal", confidence=0.9,
    )  # fmt: skip
    return report(disputes=(doubtful, late))


@pytest.fixture
def opened(tab: Tab, tmp_path: Path) -> Tab:
    tab.open(written(tmp_path, spread(), *DOCUMENTS), 1440)
    return tab


def test_all_findings_are_shown_and_counted_at_first(opened: Tab) -> None:
    assert opened.run(SHOWN) == ["d1", "d2", "a1", "l1"]
    assert opened.run(STATUS) == "4 of 4 findings shown"
    assert opened.run("document.getElementById('controls').checkVisibility()") is True


@pytest.mark.parametrize(
    ("control", "value", "shown"),
    [
        ("document", "3", ["d1", "l1"]),
        ("kind", "dispute", ["d1", "d2"]),
        ("kind", "dispute temporal", ["d2"]),
        ("kind", "agreement", ["a1"]),
        ("query", "when OPEN", ["d2"]),
        ("query", "opening day", ["l1"]),
        ("query", "nowhere", []),
        ("query", "(.*", []),
    ],
)
def test_a_filter_leaves_the_findings_that_fit_and_counts_them(
    opened: Tab, control: str, value: str, shown: list[str]
) -> None:
    choose(opened, control, value)

    assert opened.run(SHOWN) == shown
    assert opened.run(STATUS).startswith(f"{len(shown)} of 4 findings shown")
    assert opened.run("document.querySelectorAll('.source').length") == 3
    opened.run("document.getElementById('reset').click()")
    assert opened.run(SHOWN) == ["d1", "d2", "a1", "l1"]


def test_filters_hold_together_and_the_table_follows_them(opened: Tab) -> None:
    choose(opened, "kind", "dispute")
    choose(opened, "document", "3")

    assert opened.run(SHOWN) == ["d1"]
    rows = "[...document.querySelectorAll('.matrix tbody tr:not([hidden])')]"
    assert opened.run(f"{rows}.map(row => row.dataset.finding)") == ["d1"]
    assert opened.run("document.getElementById('agreements').checkVisibility()") is False


def test_a_search_marks_the_words_and_unfolds_what_holds_them(opened: Tab) -> None:
    folded = "document.querySelector('#a1 details').open"
    assert opened.run(folded) is False
    choose(opened, "query", "may")

    assert opened.run(folded) is True
    assert opened.run("CSS.highlights.get('found').size") > 3
    assert opened.run(STATUS) == "3 of 4 findings shown, 2 places in the sources"
    choose(opened, "query", "")
    assert opened.run("CSS.highlights.get('found').size") == 0


@pytest.mark.parametrize(
    ("order", "shown"),
    [
        ("confidence", ["d2", "d1", "a1", "l1"]),
        ("documents", ["d1", "d2", "a1", "l1"]),
        ("", ["d1", "d2", "a1", "l1"]),
    ],
)
def test_findings_are_sorted_within_their_section(
    opened: Tab, order: str, shown: list[str]
) -> None:
    choose(opened, "order", "confidence")
    choose(opened, "order", order)
    assert opened.run(SHOWN) == shown


def test_all_is_expanded_and_collapsed_at_once(opened: Tab) -> None:
    states = "[...new Set([...document.querySelectorAll('main details')].map(it => it.open))]"
    assert opened.run(f"{states}.length") == 2
    opened.run("document.getElementById('expand').click()")
    assert opened.run(states) == [True]
    opened.run("document.getElementById('collapse').click()")
    assert opened.run(states) == [False]


def test_a_link_to_a_finding_that_is_filtered_away_shows_it(opened: Tab) -> None:
    choose(opened, "kind", "agreement")
    opened.run("document.querySelector('.back a[href=\"#d1-A\"]').click()")

    assert "d1" in opened.run(SHOWN)
    assert opened.run("document.querySelector(':target').id") == "d1-A"


def test_without_script_everything_is_there_and_the_controls_are_not(
    tab: Tab, tmp_path: Path
) -> None:
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(written(tmp_path, spread(), *DOCUMENTS), 1440)
        assert tab.complaints() == []
        hidden = "document.getElementById('controls').checkVisibility()"
        assert tab.run(hidden) is False
        assert tab.run(SHOWN) == ["d1", "d2", "a1", "l1"]
        tab.run("document.querySelector('#a1 summary').click()")
        assert tab.run("document.querySelector('#a1 .excerpt').checkVisibility()") is True
        assert tab.printed().startswith(b"%PDF")
    finally:
        tab.call("Emulation.setScriptExecutionDisabled", value=False)


def test_what_is_folded_is_printed_except_padding(opened: Tab) -> None:
    opened.call("Emulation.setEmulatedMedia", media="print")
    seen = "document.querySelector('{}').checkVisibility()"
    printed = [
        opened.run(seen.format(one))
        for one in ("#a1 .excerpt", "#l1 ul", "#left-out ul", ".matrix", "details.padding p")
    ]
    controls = opened.run(seen.format("#controls"))
    opened.call("Emulation.setEmulatedMedia", media="")

    assert printed == [True, True, True, True, False]
    assert controls is False


def test_on_a_wide_screen_the_findings_stand_beside_the_controls(opened: Tab) -> None:
    box = "document.querySelector('{}').getBoundingClientRect()"
    assert opened.run(f"{box.format('main')}.left > {box.format('aside')}.right") is True
    assert opened.run(f"{box.format('main')}.right") > 1350


def test_half_a_megabyte_on_one_line_does_not_widen_the_page(tab: Tab, tmp_path: Path) -> None:
    document = Document(id="d", text="x" * 500_000)
    found = builders.report(documents=(info(document),))
    tab.open(written(tmp_path, found, document), 360)

    assert tab.run("document.documentElement.scrollWidth") <= 360


def test_it_can_be_walked_through_with_the_keyboard(tab: Tab, seeds: str) -> None:
    tab.open(seeds, 1440)
    for _ in range(2):
        for kind in ("rawKeyDown", "keyUp"):
            tab.call("Input.dispatchKeyEvent", type=kind, key="Tab", windowsVirtualKeyCode=9)
        if tab.run("document.activeElement.className") == "skip":
            break
    assert tab.run("document.activeElement.getBoundingClientRect().left") >= 0
    assert tab.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"

    levels = tab.run("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_it_prints_without_cutting_the_matrix_off(tab: Tab, seeds: str) -> None:
    tab.open(seeds, 700)
    tab.call("Emulation.setEmulatedMedia", media="print")
    overflow = tab.run(
        "[...document.querySelectorAll('table')].filter("
        "table => table.scrollWidth > document.documentElement.clientWidth).length"
    )
    tab.call("Emulation.setEmulatedMedia", media="")

    assert overflow == 0
    assert tab.printed().startswith(b"%PDF")


@pytest.mark.skipif(not Path(AXE).is_file(), reason="AXE_CORE names no file of axe-core")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing(tab: Tab, seeds: str, width: int, dark: bool) -> None:
    tab.open(seeds, width, 800, dark)
    tab.run(f"{Path(AXE).read_text(encoding='utf-8')};0")
    found = tab.run(
        "axe.run(document).then(result => result.violations.map("
        "it => [it.id, it.impact, it.nodes[0].html, it.nodes[0].failureSummary]))"
    )

    assert found == []


def test_a_large_set_opens(tab: Tab, tmp_path: Path) -> None:
    found, documents = large(60, 120)
    tab.open(written(tmp_path, found, *documents))

    assert tab.run("document.querySelectorAll('.source').length") == 60
