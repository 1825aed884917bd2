// The demonstration as tests run it: a program with people in offices, and browsers that play them.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const root = new URL("../..", import.meta.url).pathname;
const program = process.env.TOANTRINH ?? join(root, "target/release/toantrinh");
const PASSWORD = "mật khẩu của người thẩm định";

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const ORGANISATIONS = [["tinh", "UBND tỉnh"], ["so", "Sở Tư pháp", "--parent", "tinh"], ["vp", "Văn phòng", "--parent", "tinh"]];
const PEOPLE = [
  ["lan", "Lan", "appraiser"], ["ha", "Hà", "metric_owner"], ["mai", "Mai", "metric_owner"],
  ["an", "An", "officer", "so"], ["binh", "Bình", "appraiser", "vp"], ["cuong", "Cường", "approver", "tinh"],
  ["dung", "Dung", "catalog_editor", "tinh"], ["hoa", "Hoa", "agency_head", "so"], ["pho", "Phó", "officer", "so"],
  ["giang", "Giang", "auditor", "vp"],
];

// A demonstration in a folder of its own, with a browser. It can be stopped and started at another time.
export class Demo {
  folder = mkdtempSync(join(tmpdir(), "toantrinh-"));
  #process;

  // Starts the program, at a time of its own where one is given. What tests look for is theirs alone, so no year is made up
  // unless they ask for it.
  async start(at, { year = false } = {}) {
    const listen = `127.0.0.1:${await freePort()}`;
    this.base = `http://${listen}`;
    const words = ["--data-dir", this.folder, "--listen", listen, "demo", ...(year ? [] : ["--without-year"]), ...(at ? ["--at", at.toISOString()] : [])];
    this.#process = spawn(program, words, { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, TOANTRINH_LOG__LEVEL: "error" } });
    const patience = year ? 120 : 30;
    const until = Date.now() + patience * 1_000;
    while (!(await fetch(this.base + "/readyz").catch(() => null))?.ok) {
      assert.ok(Date.now() < until, `the demo is not ready after ${patience} s`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.browser ??= await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"],
    });
  }

  async stop() {
    const ended = once(this.#process, "exit");
    this.#process.kill();
    await ended;
  }

  // Runs the program with other words on the same folder.
  run(...words) {
    return execFileSync(program, ["--data-dir", this.folder, ...words], { env: { ...process.env, TOANTRINH_PASSWORD: PASSWORD } });
  }

  // Adds the offices and those who work there.
  people() {
    for (const [id, name, ...parent] of ORGANISATIONS) {
      this.run("organisation", "add", id, name, ...parent);
    }
    for (const [login, name, role, organisation] of PEOPLE) {
      this.run("user", "add", login, "--name", name, "--role", role, ...(organisation ? ["--organisation", organisation] : []));
    }
  }

  // Opens a page in a browser of its own and notes what goes wrong there.
  async open(path, options = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "vi-VN", ...options });
    const page = await context.newPage();
    const faults = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("request", (request) => request.url().startsWith(this.base) || faults.push("asked " + request.url()));
    await page.goto(this.base + path);
    return { page, faults, close: () => context.close() };
  }

  // Somebody signed in, in a browser of their own.
  async signedIn(login, path) {
    const seat = await this.open("/dang-nhap?tiep=" + encodeURIComponent(path));
    await seat.page.locator("[name=login]").fill(login);
    await seat.page.locator("[name=password]").fill(PASSWORD);
    await seat.page.locator("main button[type=submit]").click();
    await seat.page.waitForURL((url) => url.pathname === path.split(/[?#]/)[0]);
    return seat;
  }

  // Takes a step on the page of an initiative and gives the state it led to.
  async take(login, address, step, given = {}) {
    const { page, faults, close } = await this.signedIn(login, address);
    const box = page.locator("details.step", { has: page.locator(`summary:text-is("${step}")`) }).first();
    await box.locator("summary").click();
    for (const [name, value] of Object.entries(given)) {
      const field = box.locator(`[name="${name}"]`).first();
      await (value === true ? field.check() : field.fill(value));
    }
    await Promise.all([page.waitForResponse((answer) => answer.request().method() === "POST"), box.locator("button[type=submit]").click()]);
    await page.waitForLoadState();
    const state = await page.locator(".stations-line .present").innerText();
    assert.deepEqual(faults, []);
    await close();
    return state;
  }

  async end() {
    await this.browser?.close();
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export { PASSWORD };

// The day in Vietnam.
export const day = (at = new Date()) => new Date(at.getTime() + 7 * 3_600_000).toISOString().slice(0, 10);
