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

// A form that is being written is kept as it is typed, and a compliance cost is computed as it is typed.
{
  const later = (work) => {
    let timer;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(work, 700);
    };
  };
  for (const form of document.querySelectorAll("form[data-autosave]")) {
    const status = form.querySelector("[data-autosave-status]");
    form.addEventListener("input", later(async () => {
      try {
        const answer = await fetch(form.dataset.autosave, { method: "POST", body: new URLSearchParams(new FormData(form)) });
        status.textContent = answer.ok ? "Đã giữ phần đang gõ." : "Chưa giữ được phần đang gõ, hãy bấm Lưu.";
      } catch {
        status.textContent = "Mất kết nối, phần đang gõ chưa được giữ.";
      }
    }));
  }
  const number = (text, scale) => {
    const typed = text.trim().replace(/[\s\u00a0]/g, "");
    const comma = typed.includes(",") || scale === 1 || !/\.\d{1,2}$/.test(typed);
    const plain = comma ? typed.replaceAll(".", "").replace(",", ".") : typed;
    return Math.round(Number(plain || 0) * scale);
  };
  const kinds = ["prepare", "submit", "pay", "inspection", "other", "receive"];
  for (const form of document.querySelectorAll("form[data-cost]")) {
    const result = form.querySelector("[data-cost-result]");
    const read = (name, scale) => number(form.elements[name]?.value ?? "", scale);
    const table = (side) => ({
      tasks: kinds.map((kind) => ({
        kind,
        hours: read(`${side}.${kind}.hours`, 100),
        wage_per_hour: read("wage", 1),
        service: read(`${side}.${kind}.service`, 1),
        fees: read(`${side}.${kind}.fees`, 1),
      })),
      times_per_year: read("times", 1),
      subjects: read("subjects", 1),
    });
    form.addEventListener("input", later(async () => {
      const headers = { "content-type": "application/json", "x-csrf-token": form.elements.csrf?.value ?? "" };
      const body = JSON.stringify({ method: form.elements.method.value, before: table("before"), after: table("after") });
      const answer = await fetch("/api/v1/compliance-cost", { method: "POST", headers, body }).catch(() => null);
      const said = await answer?.json().catch(() => null);
      const lines = [];
      if (answer?.ok) {
        const money = (n) => `${n.toLocaleString("vi-VN")} đồng`;
        lines.push(["Chi phí một năm hiện nay", money(said.before.per_year)], ["Sau khi đơn giản hóa", money(said.after.per_year)]);
        lines.push(["Tiết kiệm một năm", money(said.per_year)]);
        const rate = said.rate === null ? "không tính được" : `${(said.rate / 100).toLocaleString("vi-VN", { minimumFractionDigits: 2 })} %`;
        lines.push(["Tỷ lệ cắt giảm", rate]);
      } else {
        lines.push(["Chưa tính được", "Có ô không phải số dùng được."]);
      }
      result.replaceChildren(...lines.map(([name, figure]) => {
        const line = document.createElement("div");
        line.append(Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: figure }));
        return line;
      }));
    }));
  }
}
