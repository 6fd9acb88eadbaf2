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
    // Case is ignored as the language of the letters has it.
    return query.value.split(/\s+/u).filter(Boolean)
      .map((word) => new RegExp(word.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&"), "giu"));
  }

  const holds = (element, words) => words.every((word) => element.textContent.search(word) >= 0);

  function isChosen(finding, words) {
    return (!from.value || documentsOf(finding).includes(from.value))
      && `${finding.dataset.kind} `.startsWith(kind.value && `${kind.value} `)
      && holds(finding, words);
  }

  function sort() {
    const place = sorting[order.value];
    const sorted = [...findings].sort((one, other) => place(one) - place(other));
    for (const finding of sorted) {
      finding.parentElement.append(finding);
      const row = rows.get(finding.id);
      row?.parentElement.append(row);
    }
  }

  // Returns how often the words stand in the sources.
  function mark(words) {
    const ranges = [];
    let inSources = 0;
    const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (words.length && texts.nextNode()) {
      const node = texts.currentNode;
      for (const word of words) {
        for (const found of node.data.matchAll(word)) {
          const range = new Range();
          range.setStart(node, found.index);
          range.setEnd(node, found.index + found[0].length);
          ranges.push(range);
          if (node.parentElement.closest(".text")) inSources += 1;
        }
      }
    }
    if (globalThis.Highlight) CSS.highlights.set("found", new Highlight(...ranges));
    return inSources;
  }

  function update() {
    const words = wanted();
    let shown = 0;
    for (const finding of findings) {
      finding.hidden = !isChosen(finding, words);
      shown += !finding.hidden;
      const row = rows.get(finding.id);
      if (row) row.hidden = finding.hidden;
      if (!words.length || finding.hidden) continue;
      for (const folded of finding.querySelectorAll("details:not([open])")) {
        folded.open = words.some((word) => folded.textContent.search(word) >= 0);
      }
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
