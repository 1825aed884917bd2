// Leaders ask on the made-up year: why did the online rate fall, who is late, what did we gain. From the board to the last row.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { Demo } from "./demo.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const demo = new Demo();
// The year ends here: October 2026 is the last month that is over.
const END = new Date("2026-11-25T09:00:00+07:00");
let base;

before(async () => {
  await demo.start(END, { year: true });
  ({ base } = demo);
});

after(() => demo.end());

const number = (text) => Number(text.replaceAll(".", "").replace(",", ".").match(/-?[\d.]+/)[0]);
const json = async (path) => (await fetch(base + path)).json();

// The figures of the rows on a page, from the column after the name on.
const rows = (page) => page.locator("section[aria-labelledby=h-rows] tbody tr").evaluateAll((all) =>
  all.map((row) => ({ name: row.cells[0].innerText, cells: [...row.cells].slice(1).map((cell) => cell.innerText) })));
const sum = (all, column) => all.reduce((total, row) => total + number(row.cells[column]), 0);

// Follows a link and counts it.
const follow = async (page, link, clicks) => {
  const from = page.url();
  await Promise.all([page.waitForURL((url) => url.href !== from), link.click()]);
  return clicks + 1;
};

test("why did the online rate fall: from the board to the days of a procedure in a commune", async () => {
  const { page, faults, close } = await demo.open("/lanh-dao");
  const board = await json("/api/v1/board");
  const figure = board.figures.find(({ code }) => code === "online_dossiers");
  assert.equal(board.period, "2026-10");
  assert.ok(figure.change < -3, "the year has no fall: " + figure.change);
  const key = page.locator(".figures.key li", { hasText: "Hồ sơ trực tuyến" });
  assert.equal(number(await key.locator("strong").innerText()), figure.value);
  assert.match(await page.locator("#h-truc-tuyen").innerText(), /giảm .* điểm so với tháng 9\/2026; 3 thủ tục đầu làm giảm/);
  let clicks = await follow(page, page.locator("#truc-tuyen tbody a").first(), 0);
  const units = await rows(page);
  const worst = units[0];
  assert.ok(number(worst.cells[3]) < 0, "the first unit did not make it fall");
  clicks = await follow(page, page.locator("section[aria-labelledby=h-rows] tbody a").first(), clicks);
  const days = await rows(page);
  assert.ok(days.length > 5 && days.every(({ name }) => /^\d\d\/10\/2026$/.test(name)), JSON.stringify(days[0]));
  assert.deepEqual([sum(days, 0), sum(days, 1)], [number(worst.cells[0]), number(worst.cells[1])], "days do not sum to the unit");
  assert.ok(clicks <= 5, clicks + " clicks");
  const csv = await page.locator("a", { hasText: "Tải CSV" }).getAttribute("href");
  const lines = (await (await fetch(base + csv)).text()).trim().split("\n").slice(1);
  assert.equal(lines.length, days.length);
  assert.equal(lines.reduce((total, line) => total + Number(line.split(",")[3]), 0), sum(days, 1), "the CSV differs from the page");
  assert.deepEqual(faults, []);
  await close();
});

test("who is late: from the board to the days on which a commune was late", async () => {
  const { page, faults, close } = await demo.open("/lanh-dao");
  const board = await json("/api/v1/board");
  const late = ({ on_time: { part, whole } }) => whole - part;
  const most = board.units.toSorted((a, b) => late(b) - late(a) || (a.code < b.code ? -1 : 1))[0];
  const title = await page.locator("#h-don-vi").innerText();
  assert.ok(title.startsWith(most.name) && title.endsWith(" " + late(most)), title);
  let clicks = await follow(page, page.locator("#don-vi tbody a").first(), 0);
  const procedures = await rows(page);
  assert.equal(sum(procedures, 1) - sum(procedures, 0), late(most), "procedures do not sum to the unit");
  clicks = await follow(page, page.locator("section[aria-labelledby=h-rows] tbody a").first(), clicks);
  const days = await rows(page);
  assert.deepEqual([sum(days, 0), sum(days, 1)], [number(procedures[0].cells[0]), number(procedures[0].cells[1])]);
  assert.ok(clicks <= 5);
  assert.deepEqual(faults, []);
  await close();
});

test("what did we gain: from the board to the measurement of an initiative", async () => {
  const { page, faults, close } = await demo.open("/lanh-dao");
  const board = await json("/api/v1/board");
  const saved = board.figures.find(({ code }) => code === "savings");
  const end = "2026-10-31T17:00:00Z";
  const counted = board.measures.filter((one) => one.method === "statutory" && one.measured !== null && one.measured_at < end);
  assert.ok(counted.length >= 10, counted.length + " measures");
  assert.deepEqual([counted.reduce((total, one) => total + one.measured, 0), counted.length], [saved.part, saved.whole]);
  const key = page.locator(".figures.key li", { hasText: "Tiết kiệm đã đo được" });
  const billions = number(await key.locator("strong").innerText());
  assert.ok(Math.abs(billions * 1e9 - saved.value) < 1e7, billions + " against " + saved.value);
  let clicks = await follow(page, page.locator("#sang-kien a", { hasText: "Mọi biện pháp đã đo" }), 0);
  const lines = page.locator("section[aria-labelledby=h-savings] tbody tr");
  assert.equal(await lines.count(), counted.length);
  clicks = await follow(page, lines.first().locator("a"), clicks);
  assert.match(page.url(), /\/sang-kien\/SK-/);
  const record = await page.locator("main").textContent();
  assert.match(record, /Đo sau khi áp dụng[\s\S]*n = \d/, "the initiative does not show what was measured");
  assert.ok(clicks <= 5);
  assert.deepEqual(faults, []);
  await close();
});

test("what if: ticking blockers moves the rate and keeps what was ticked", async () => {
  const { page, faults, close } = await demo.open("/lanh-dao");
  await page.locator("[name=without][value=P6]").check();
  await page.locator("[name=without][value=P1]").check();
  await Promise.all([page.waitForURL(/without=P1/), page.locator("#neu button").click()]);
  assert.match(await page.locator("#neu .finding").innerText(), /Từ .* % \(\d+ thủ tục\) lên .* %/);
  assert.equal(await page.locator("[name=without]:checked").count(), 2);
  assert.deepEqual(faults, []);
  await close();
});

test("the pages of leadership hold at three widths, light and dark, and for everybody", async () => {
  const figure = "/lanh-dao/so-lieu/on_time";
  for (const path of ["/lanh-dao", figure, figure + "?by=procedure", "/lanh-dao/bao-cao", "/lanh-dao/bo-chi-so-766", "/lanh-dao/an-ban"]) {
    for (const width of [360, 768, 1440]) {
      for (const colorScheme of ["light", "dark"]) {
        const { page, faults, close } = await demo.open(path, { viewport: { width, height: 900 }, colorScheme });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${path} is ${over} px too wide at ${width}`);
        assert.match(await page.locator(".notice").innerText(), /Dữ liệu minh họa/);
        if (width !== 768) {
          await page.evaluate(axe);
          const { violations } = await page.evaluate(() => axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
          assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes[0].html.slice(0, 200)]), [], `${path} at ${width}, ${colorScheme}`);
        }
        assert.deepEqual(faults, []);
        await close();
      }
    }
  }
});
