// Filters, sorts and searches the findings that stand on the page. It writes no markup and loads
// nothing; without it the page is whole, and the controls stay hidden.
"use strict";
(() => {
  const control = (id) => document.getElementById(id);
  const [query, from, kind, order] = ["query", "document", "kind", "order"].map(control);
  const main = control("main");
  const findings = [...main.querySelectorAll("[data-kind]")];
  const sections = [...new Set(findings.map((finding) => finding.closest("section")))];
  const rows = new Map(
    [...main.querySelectorAll("[data-finding]")].map((row) => [row.dataset.finding, row]),
  );
  const documentsOf = (finding) => finding.dataset.documents.split(" ").filter(Boolean);
  const sorting = {
    "": () => 0,
    confidence: (finding) => -(finding.dataset.confidence ?? 0),
    documents: (finding) => -documentsOf(finding).length,
  };

  function wanted() {
    return query.value.split(/\s+/u).filter(Boolean)
      .map((word) => new RegExp(word.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&"), "giu"));
  }

  // What documents are called is no part of what was found: that is what the filter is for.
  const NAMES = ".who, figcaption, .cites, .back, .note";
  const texts = new Map();

  function textOf(finding) {
    if (!texts.has(finding)) {
      const copy = finding.cloneNode(true);
      for (const name of copy.querySelectorAll(NAMES)) name.remove();
      texts.set(finding, copy.textContent);
    }
    return texts.get(finding);
  }

  function isChosen(finding, source, beginning, words) {
    return (!source || documentsOf(finding).includes(source))
      && `${finding.dataset.kind} `.startsWith(beginning)
      && words.every((word) => textOf(finding).search(word) >= 0);
  }

  function sort() {
    const place = sorting[order.value];
    const sorted = [...findings].sort((one, other) => place(one) - place(other));
    const lists = new Map();
    for (const item of sorted.flatMap((finding) => [finding, rows.get(finding.id) ?? []].flat())) {
      const list = item.parentElement;
      if (!lists.has(list)) lists.set(list, new DocumentFragment());
      lists.get(list).append(item);
    }
    for (const [list, items] of lists) list.append(items);
  }

  function unfold(element) {
    const folded = element.closest("details");
    if (!folded) return;
    folded.open = true;
    unfold(folded.parentElement);
  }

  // Marks the words, unfolds the findings that hold them, and returns how many stand in sources.
  function mark(words) {
    const ranges = [];
    let inSources = 0;
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (words.length && walker.nextNode()) {
      const node = walker.currentNode;
      const around = node.parentElement;
      const found = words.flatMap((word) => [...node.data.matchAll(word)]);
      if (!found.length || around.closest(NAMES)) continue;
      for (const { index, 0: text } of found) {
        // A live range would be looked after whenever something moves.
        ranges.push(new StaticRange({
          startContainer: node, startOffset: index, endContainer: node, endOffset: index + text.length,
        }));
      }
      if (around.closest(".text")) inSources += found.length;
      if (around.closest("[data-kind]:not([hidden])")) unfold(around);
    }
    if (globalThis.Highlight) CSS.highlights.set("found", new Highlight(...ranges));
    return inSources;
  }

  function update() {
    const words = wanted();
    // Asked once: a list of options looks through all of them for its value.
    const source = from.value;
    const beginning = kind.value && `${kind.value} `;
    let shown = 0;
    for (const finding of findings) {
      finding.hidden = !isChosen(finding, source, beginning, words);
      shown += !finding.hidden;
      const row = rows.get(finding.id);
      if (row) row.hidden = finding.hidden;
    }
    for (const section of sections) {
      section.hidden = !section.querySelector("[data-kind]:not([hidden])");
    }
    const inSources = mark(words);
    control("shown").textContent = `${shown} of ${findings.length} findings shown`
      + (words.length ? `, ${inSources} places in the sources` : "");
  }

  function reset() {
    for (const field of [query, from, kind, order]) field.value = "";
    sort();
    update();
  }

  function setAll(open) {
    for (const details of main.querySelectorAll("details")) details.open = open;
  }

  let waiting;
  query.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(update, 150);
  });
  for (const field of [from, kind]) field.addEventListener("change", update);
  order.addEventListener("change", sort);
  control("reset").addEventListener("click", reset);
  control("expand").addEventListener("click", () => setAll(true));
  control("collapse").addEventListener("click", () => setAll(false));
  // A link must land on what is seen.
  document.addEventListener("click", (event) => {
    const href = event.target.closest?.("a[href^='#']")?.getAttribute("href");
    if (href && document.getElementById(href.slice(1))?.closest("[hidden]")) reset();
  });
  update();
  control("controls").hidden = false;
})();
