// A real browser plays what people do, on the demo, at three widths.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { Demo, PASSWORD, day } from "./demo.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const demo = new Demo();
const open = (...given) => demo.open(...given);
const signedIn = (...given) => demo.signedIn(...given);
const take = (...given) => demo.take(...given);
const document = (number) => ({ number, date: day() });
let base;

before(async () => {
  await demo.start();
  demo.people();
  ({ base } = demo);
});

after(() => demo.end());

test("type without accents, open the result, go back to the same results", async () => {
  const { page, faults, close } = await open("/");
  await page.locator("#q").pressSequentially("dang ky khai sinh", { delay: 15 });
  const first = page.locator(".hit h3 a").first();
  await page.waitForFunction(() => document.querySelector(".hit h3 a")?.textContent.includes("khai sinh"));
  assert.match(page.url(), /q=dang/);
  await first.click();
  await page.waitForURL(/thu-tuc\/1\.001193/);
  assert.match(await page.locator("h1").innerText(), /đăng ký khai sinh/);
  assert.equal(await page.locator(".journey > li").count(), 13);
  await page.goBack();
  await page.waitForFunction(() => document.querySelector(".hit h3 a")?.textContent.includes("khai sinh"));
  assert.equal(await page.locator("#q").inputValue(), "dang ky khai sinh");
  assert.deepEqual(faults, []);
  await close();
});

test("the keyboard is enough", async () => {
  const { page, faults, close } = await open("/");
  await page.locator("body").evaluate(() => document.activeElement.blur());
  await page.keyboard.press("/");
  await page.keyboard.type("bang lai");
  await page.waitForFunction(() => document.querySelector(".hit h3 a")?.textContent.includes("lái xe"));
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement.closest(".hit") !== null), true);
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.evaluate(() => document.activeElement.id), "q");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/thu-tuc\//);
  assert.match(await page.locator("h1").innerText(), /lái xe/);
  assert.deepEqual(faults, []);
  await close();
});

test("everything works without a script", async () => {
  const { page, close } = await open("/", { javaScriptEnabled: false });
  await page.locator("#q").fill("sổ đỏ");
  await page.locator("form[role=search] button").click();
  await page.waitForURL(/q=/);
  assert.ok((await page.locator(".hit").count()) > 0);
  assert.match(await page.locator(".understood").first().innerText(), /giấy chứng nhận/);
  await page.locator(".facets a").first().click();
  assert.ok((await page.locator(".active a").count()) === 1);
  await page.locator(".hit h3 a").first().click();
  assert.ok((await page.locator("#lich-su").count()) === 1);
  await close();
});

for (const width of [360, 768, 1440]) {
  for (const scheme of ["light", "dark"]) {
    test(`no violations and no sideways scrolling at ${width} px, ${scheme}`, async () => {
      for (const path of ["/", "/?q=giay+phep", "/thu-tuc/1.001193", "/thu-tuc/9.999999", "/lanh-dao/chua-toan-trinh?sort=code", "/dang-nhap", "/tinh-trang", "/muc-dich-vu", "/sang-kien"]) {
        const { page, close } = await open(path, { viewport: { width, height: 800 }, colorScheme: scheme });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${path} is ${wide} px too wide`);
        // The page's own policy forbids inline scripts: axe comes in by the debugging protocol.
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
        assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], path);
        await close();
      }
    });
  }
}

// Presses Tab until what has the focus matches.
const tabTo = async (page, selector) => {
  for (let presses = 0; presses < 120; presses += 1) {
    if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab never reaches ${selector}`);
};

test("on a phone, with the keyboard alone, a flag gets an owner, a cause and a day", async () => {
  const board = "/lanh-dao/chua-toan-trinh";
  const { page, faults, close } = await open(`/dang-nhap?tiep=${board}`, { viewport: { width: 360, height: 740 } });
  await tabTo(page, "input[name=login]");
  await page.keyboard.type("lan");
  await tabTo(page, "input[name=password]");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === board);
  await tabTo(page, ".board-rows summary");
  await page.keyboard.press("Enter");
  await tabTo(page, ".flags input[name=owner]");
  await page.keyboard.type("không-có-ai");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".flags .error");
  assert.equal(await page.locator(".flags input[name=owner]").first().inputValue(), "không-có-ai", "what was typed is kept");
  await tabTo(page, ".flags input[name=owner]");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("lan");
  await tabTo(page, ".flags select[name=cause]");
  await page.keyboard.press("ArrowDown");
  await tabTo(page, ".flags input[name=acknowledge]");
  await page.keyboard.press("Space");
  await tabTo(page, ".flags button");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#/);
  await page.locator(".board-rows summary").first().click();
  const flag = await page.locator(".flags .facts").first().innerText();
  assert.match(flag, /lan/);
  assert.match(flag, /Pháp luật/);
  assert.match(flag, /đã tiếp nhận/);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${wide} px too wide`);
  assert.deepEqual(faults.filter((fault) => !fault.includes("422")), []);
  await close();
});

const signIn = async (page, login) => {
  await page.goto(base + "/dang-nhap");
  await page.fill("input[name=login]", login);
  await page.fill("input[name=password]", PASSWORD);
  await page.click("main button[type=submit]");
  await page.waitForSelector(".person");
};

const check = async (page, what) => {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${what} is ${wide} px too wide`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], what);
};

for (const [width, scheme] of [[360, "light"], [768, "dark"], [1440, "light"], [360, "dark"]]) {
  test(`a source is written wrong, tried, saved and filled at ${width} px, ${scheme}`, async () => {
    const { page, faults, close } = await open("/", { viewport: { width, height: 800 }, colorScheme: scheme });
    await signIn(page, "ha");
    const id = `nguon-${width}-${scheme}`;
    for (const path of ["/co-quan/nguon", "/co-quan/nguon/moi", "/co-quan/nguon/dan", "/co-quan/nguon/moi?loai=json_pull"]) {
      await page.goto(base + path);
      await check(page, path);
    }
    await page.goto(base + "/co-quan/nguon/moi?loai=http_probe");
    await page.fill("#f-id", "Cổng");
    await page.fill("#f-name", "Trang của chúng tôi");
    await page.fill("#f-owner", "Hà");
    await page.fill("#f-url", base + "/healthz");
    await page.fill("#f-conditions", "status == 200\nstatus = 1");
    await page.click("button[value=try]");
    await check(page, "the form with errors");
    assert.equal(await page.locator("#f-id").inputValue(), "Cổng", "what was typed is kept");
    assert.match(await page.locator("#d-conditions").innerText(), /dòng 2/);
    await page.click(".error a");
    assert.equal(await page.evaluate(() => location.hash), "#f-id");
    await page.fill("#f-id", id);
    await page.fill("#f-conditions", 'status == 200\njson $.status == "ok"');
    await page.click("button[value=try]");
    assert.match(await page.locator(".sample").innerText(), /Câu trả lời tốt/);
    await check(page, "the form with a sample");
    await page.click("button[value=save]");
    await page.waitForURL(`**/co-quan/nguon/${id}`);
    await check(page, "the page of a source");
    await page.goto(base + "/co-quan/nguon/moi?loai=upload");
    await page.fill("#f-id", `${id}-bang`);
    await page.fill("#f-name", "Bảng tháng");
    await page.fill("#f-owner", "Hà");
    await page.fill("#f-metrics", "received | hồ sơ");
    await page.click("button[value=save]");
    const buffer = Buffer.from("Kỳ;Giá trị\n10/2026;1.234,5\n9/2026;\n");
    await page.setInputFiles("#f-file", { name: "bang.csv", mimeType: "text/csv", buffer });
    await page.click("button[value=try]");
    assert.match(await page.locator(".sample").innerText(), /Xem thử, chưa lưu gì: 1 số mới[^]*Dòng 3/);
    await check(page, "a table that was looked at");
    await page.click("text=Lưu bảng vừa xem");
    assert.match(await page.locator(".sample").innerText(), /Đã lưu: 1 số mới/);
    assert.deepEqual(faults.filter((fault) => !fault.includes("422")), []);
    await close();
  });
}

test("on a phone, with the keyboard alone and without a script, a figure is typed in and corrected", async () => {
  const { page, close } = await open("/dang-nhap?tiep=/co-quan/nguon/moi?loai=manual", { viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
  const type = async (selector, text) => {
    await tabTo(page, selector);
    await page.keyboard.press("Control+A");
    await page.keyboard.type(text);
  };
  const press = async (selector) => {
    await tabTo(page, selector);
    await page.keyboard.press("Enter");
  };
  await type("input[name=login]", "ha");
  await type("input[name=password]", PASSWORD);
  await press("main button[type=submit]");
  await page.waitForSelector("#f-id");
  await type("#f-id", "hai-long");
  await type("#f-name", "Mức độ hài lòng");
  await type("#f-owner", "Hà");
  await tabTo(page, "#f-metrics");
  await page.keyboard.type("satisfaction | %");
  await press("button[value=save]");
  await page.waitForURL("**/co-quan/nguon/hai-long");
  for (const [value, told] of [["12.34", /viết như 1\.234,5/], ["85,5", /Đã lưu: 1 số mới/], ["86", /85,5 → 86/]]) {
    await type("#f-period", "10/2026");
    await type("#f-value", value);
    await press("button[value=save]");
    await page.locator("main").filter({ hasText: told }).waitFor();
  }
  await close();
});

// An instant in Vietnam on a step of five minutes, as a datetime-local field takes it.
const inDays = (days) => new Date(Date.now() + days * 86_400_000 + 7 * 3_600_000).toISOString().slice(0, 13) + ":00";

test("a level is promised and a stop announced on a phone, and everybody reads both without a script", async () => {
  const { page, faults, close } = await open("/", { viewport: { width: 360, height: 740 } });
  await signIn(page, "mai");
  await page.goto(base + "/co-quan/muc-dich-vu/moi");
  const source = await page.locator("#f-source option").nth(1).getAttribute("value");
  for (const [name, value] of [["id", "thu-san-sang"], ["name", "Dịch vụ thử sẵn sàng"], ["owner", "Sở Tư pháp"], ["objective", "cao"]]) {
    await page.locator(`#f-${name}`).fill(value);
  }
  await page.locator("#f-source").selectOption(source);
  await page.locator(".form button").click();
  await page.waitForSelector(".form .error");
  assert.equal(await page.locator("#f-name").inputValue(), "Dịch vụ thử sẵn sàng", "what was typed is kept");
  await page.locator(".form .error a").first().click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "f-objective", "the summary leads to the field");
  await page.locator("#f-objective").fill("99,5");
  await page.locator(".form button").click();
  await page.waitForURL(/muc-dich-vu\/thu-san-sang/);
  await page.goto(base + "/co-quan/bao-tri");
  await page.locator("#f-source").selectOption(source);
  await page.locator("#f-starts_at").fill(inDays(2));
  await page.locator("#f-restores_at").fill(inDays(2.5));
  await page.locator("#f-reason").fill("Thay máy chủ");
  await page.locator(".form button").click();
  await page.waitForURL(/#/);
  assert.match(await page.locator(".cards li").first().innerText(), /vẫn tính là gián đoạn/);
  await page.goto(base + "/co-quan/thong-bao");
  await page.click("text=Gửi thông báo ra ngoài");
  await page.locator("#f-target").fill("ngoài");
  await page.locator(".form button").click();
  assert.equal(await page.locator("#f-target").inputValue(), "ngoài", "what was typed is kept");
  await page.locator("#f-target").fill("truc@example.vn");
  await page.locator(".form button").click();
  assert.match(await page.locator(".cards").innerText(), /truc@example\.vn/);
  for (const path of ["/co-quan/muc-dich-vu/moi", "/co-quan/muc-dich-vu/thu-san-sang/sua", "/co-quan/bao-tri", "/co-quan/thong-bao", "/co-quan/thong-bao/gui-ra", "/muc-dich-vu/thu-san-sang"]) {
    await page.goto(base + path);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${path} is ${wide} px too wide`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], path);
  }
  assert.deepEqual(faults.filter((fault) => !fault.includes("422")), []);
  await close();
  const plain = await open("/tinh-trang", { javaScriptEnabled: false });
  assert.match(await plain.page.locator("[aria-labelledby=bao-tri]").innerText(), /Thay máy chủ/);
  assert.equal(await plain.page.locator(".services .bar").first().locator("path").count(), 90);
  await plain.page.locator(".services summary").first().click();
  assert.ok(await plain.page.locator(".services table").first().isVisible());
  assert.match(await plain.page.locator(".services .note").allInnerTexts().then((all) => all.join(" ")), /Tỷ lệ = /);
  await plain.page.goto(base + "/muc-dich-vu");
  assert.match(await plain.page.locator(".cards").innerText(), /Dịch vụ thử sẵn sàng/);
  await plain.close();
});

test("the board says the numbers of the API, whole and filtered", async () => {
  const numbers = (text) => Number(text.replaceAll(".", ""));
  for (const query of ["", "?point=P4", "?flag=F4", "?gap=not_online"]) {
    const { page, close } = await open("/lanh-dao/chua-toan-trinh" + query, { javaScriptEnabled: true });
    const { total, totals, items } = await (await fetch(`${base}/api/v1/gaps${query}`)).json();
    const figures = await page.locator(".figures strong").allInnerTexts();
    const { gaps, verified, dormant, internal, procedures } = totals;
    assert.deepEqual(figures.map(numbers), [gaps, verified, dormant, internal, procedures]);
    assert.equal(verified + dormant + internal + gaps, procedures);
    assert.equal(numbers(await page.locator(".total strong").innerText()), total);
    const codes = await page.locator(".board-rows .code").allInnerTexts();
    assert.deepEqual(codes, items.map((item) => item.code));
    await close();
  }
});

test("on a phone the filters are closed until asked for", async () => {
  const { page, close } = await open("/?q=giay+phep", { viewport: { width: 360, height: 740 } });
  assert.equal(await page.locator(".facets").evaluate((e) => e.open), false);
  await page.locator(".facets summary").click();
  assert.ok(await page.locator(".facets a").first().isVisible());
  await close();
});

test("the first page is light", async () => {
  let bytes = 0;
  for (const path of ["/", "/assets/app.css", "/assets/app.js"]) {
    const answer = await fetch(base + path);
    bytes += (await answer.arrayBuffer()).byteLength;
  }
  assert.ok(bytes < 100_000, `${bytes} bytes before compression`);
});

test("the picture for the README", { skip: !process.env.README_PICTURE }, async () => {
  const { page, close } = await open("/?q=l%C3%A0m+s%E1%BB%95+%C4%91%E1%BB%8F", { viewport: { width: 1280, height: 800 } });
  await page.screenshot({ path: process.env.README_PICTURE });
  await close();
});

test("an innovation proposal goes through a vote, a tie and an override in writing", async () => {
  const desk = await signedIn("an", "/co-quan/sang-kien");
  const { page } = desk;
  await page.locator("[name=title]").fill("Thí điểm nhận hồ sơ tại nhà văn hóa");
  await page.locator("[name=track]").selectOption("innovation_proposal");
  await page.locator("button:has-text('Bắt đầu soạn')").click();
  await page.waitForURL(/\/sua$/);
  for (const field of await page.locator("main textarea").all()) {
    await field.fill("Nội dung của đề xuất, chưa có văn bản nào quy định.");
  }
  await page.locator("[name=objectives]").first().check();
  await page.locator("button:has-text('Lưu hồ sơ')").click();
  await page.waitForURL(/\/sang-kien\/SK/);
  const address = new URL(page.url()).pathname;
  await desk.close();
  assert.equal(await take("an", address, "Trình đề xuất"), "Đã trình");
  assert.equal(await take("hoa", address, "Ghi nhận ý kiến cấp ủy trước khi quyết định", document("7-CV/ĐU")), "Đã xin ý kiến cấp ủy");
  assert.equal(await take("hoa", address, "Họp tập thể lãnh đạo và biểu quyết", { members: "pho" }), "Tập thể lãnh đạo biểu quyết");
  for (const [login, ballot] of [["hoa", "against"], ["pho", "for"]]) {
    const seat = await signedIn(login, address);
    await seat.page.locator(`[name=ballot][value=${ballot}]`).check();
    await seat.page.locator("button:has-text('Gửi phiếu')").click();
    await seat.page.waitForFunction(() => !document.querySelector("[name=ballot]"));
    await seat.close();
  }
  const seen = await open(address);
  assert.match(await seen.page.locator("#bieu-quyet + p").innerText(), /ngang nhau, không thông qua theo phía người đứng đầu/);
  await seen.close();
  const override = "Người đứng đầu vẫn quyết định thực hiện và chịu trách nhiệm";
  const given = { ...document("20/QĐ-STP"), reason: "Cần cho người dân, người đứng đầu chịu trách nhiệm." };
  assert.equal(await take("hoa", address, override, given), "Người đứng đầu quyết định cho thực hiện");
});
