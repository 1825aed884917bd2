// Makes pages quicker, never different: search while typing, keys, the contents list.
"use strict";

const field = document.querySelector("form[role=search] #q");
const results = document.getElementById("results");
const status = document.getElementById("status");

// Where the reader came from is the better way back: the search as it was.
for (const link of document.querySelectorAll("[data-back]")) {
  const from = document.referrer && new URL(document.referrer);
  if (from && from.origin === location.origin && from.pathname === "/") {
    link.href = from.href;
  }
}

if (field && results) {
  let running = null;
  let timer = 0;

  const address = () => {
    const query = new URLSearchParams(new FormData(field.form));
    if (!field.value.trim()) query.delete("q");
    const text = query.toString();
    return text ? "/?" + text : "/";
  };

  const show = async (url) => {
    if (running) running.abort();
    running = new AbortController();
    results.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url + (url.includes("?") ? "&" : "?") + "fragment=1", { signal: running.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      results.innerHTML = await answer.text();
      narrow();
      const list = results.querySelector("[data-total]");
      if (status && list) status.textContent = list.dataset.total + " thủ tục";
    } catch (error) {
      if (error.name !== "AbortError" && status) status.textContent = "Chưa tải được kết quả, hãy thử lại.";
    } finally {
      results.removeAttribute("aria-busy");
    }
  };

  // One history entry for a search, kept in step while its words are typed.
  let typed = location.search !== "";
  const search = () => {
    const url = address();
    if (url === location.pathname + location.search) return;
    history[typed ? "replaceState" : "pushState"](null, "", url);
    typed = true;
    show(url);
  };

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(search, 120);
  };
  field.addEventListener("input", (event) => event.isComposing || soon());
  field.addEventListener("compositionend", soon);

  addEventListener("popstate", () => {
    field.value = new URLSearchParams(location.search).get("q") || "";
    typed = location.search !== "";
    show(location.pathname + location.search);
  });

  // On a small screen the filters are a sheet that opens when asked for.
  const narrow = () => {
    const facets = results.querySelector(".facets");
    if (facets && matchMedia("(max-width: 60rem)").matches) facets.open = false;
  };
  narrow();

  document.addEventListener("keydown", (event) => {
    const elsewhere = !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && elsewhere && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      field.focus();
      field.select();
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = [...results.querySelectorAll(".hit h3 a")];
    const at = links.indexOf(document.activeElement);
    if (at < 0 && document.activeElement !== field) return;
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    if (next >= links.length) return;
    event.preventDefault();
    (next < 0 ? field : links[next]).focus();
  });
}

const contents = [...document.querySelectorAll(".contents a")];
if (contents.length && "IntersectionObserver" in window) {
  const byId = new Map(contents.map((link) => [link.hash.slice(1), link]));
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of contents) link.removeAttribute("aria-current");
      byId.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "0px 0px -70% 0px" });
  for (const id of byId.keys()) {
    const section = document.getElementById(id);
    if (section) watcher.observe(section);
  }
}
