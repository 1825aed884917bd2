// The whole life of an initiative across the people it needs, from a flag to the verdict 90 days after it was applied.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Demo, day } from "./demo.mjs";

const DAY = 86_400_000;
const CODE = "1.001456";
const began = new Date(Date.now() - 90 * DAY);
const document = (number) => ({ number, date: day(began) });
const appraisal = Object.fromEntries(["necessity", "reasonableness", "legality", "cost"].flatMap((name) => [[`${name}.met`, true], [`${name}.reason`, "Phù hợp với quy định hiện hành."]]));
const demo = new Demo();

before(async () => {
  await demo.start(began);
  demo.people();
});

after(() => demo.end());

const BOARD = "/lanh-dao/chua-toan-trinh?sort=code";
// Makes an initiative of the first flag of the procedure, on whatever page of the board it stands.
const turnFlag = async (page) => {
  const card = page.locator(`[id="${CODE}"]`);
  while (!(await card.count())) {
    await page.locator("a[rel=next]").click();
    await page.waitForLoadState();
  }
  await card.locator("summary").click();
  await card.locator("button:has-text('Chuyển thành sáng kiến')").first().click();
};

// Dossiers of a one-stop system as it would send them: taken in on so many working days from a day on, each handled for as
// many days of the calendar.
const dossiers = (from, handled) => {
  const lines = [];
  const stamp = (at) => day(at).replaceAll("-", "") + "083000";
  for (let at = from; lines.length < 40; at = new Date(at.getTime() + DAY)) {
    if ([0, 6].includes(at.getUTCDay())) continue;
    for (let n = 0; n < 4; n++) {
      lines.push(JSON.stringify({
        MaHoSo: `H31.1-${day(at).slice(2).replaceAll("-", "")}-${1000 + n}`, MaTTHC: CODE, KenhThucHien: "1", TrangThaiHoSo: "10",
        NgayNopHoSo: stamp(at), NgayTiepNhan: stamp(at), NgayHenTra: stamp(new Date(at.getTime() + 20 * DAY)),
        NgayKetThucXuLy: stamp(new Date(at.getTime() + handled * DAY)), NgayTra: stamp(new Date(at.getTime() + handled * DAY)),
      }));
    }
  }
  return lines;
};

test("an initiative lives from a flag to the verdict after 90 days", async () => {
  let number;
  // A flag becomes a proposal in one action, with its saving computed as it is typed.
  {
    const board = await demo.signedIn("an", BOARD);
    const { page } = board;
    await turnFlag(page);
    await page.waitForURL(/\/sua$/);
    number = page.url().match(/SK-\d+-\d+/)[0];
    assert.match(await page.locator("[name=title]").inputValue(), new RegExp(CODE));
    assert.match(await page.locator("[name=reasons]").inputValue(), /^F\d+: [\s\S]*hồ sơ/);
    assert.ok(await page.locator("[name=objectives][value=end_to_end]").isChecked());
    await page.locator("[name=title]").fill("Rút ngắn thời hạn giải quyết");
    await page.locator("[name=summary]").fill("Trả kết quả trong ba ngày.");
    await page.waitForFunction(() => document.querySelector("[data-autosave-status]").textContent.includes("Đã giữ"));
    // What was typed and not saved is there when the page is opened again.
    await page.reload();
    assert.equal(await page.locator("[name=summary]").inputValue(), "Trả kết quả trong ba ngày.");
    await page.locator("button:has-text('Lưu và sang biện pháp')").click();
    await page.waitForURL(/bien-phap\/1$/);
    await page.locator("[name=kind]").selectOption("cut_time");
    await page.locator(".change-list li", { hasText: "8 ngày làm việc" }).first().locator("[name^='after.']").fill("3 ngày làm việc");
    for (const [name, value] of [["before.submit.hours", "2"], ["after.submit.hours", "0,5"], ["times", "1"], ["subjects", "1.000"]]) {
      await page.locator(`[name="${name}"]`).fill(value);
    }
    await page.waitForFunction(() => document.querySelector("[data-cost-result]").textContent.includes("60.000.000"));
    await page.locator("button:has-text('Lưu biện pháp')").click();
    await page.waitForURL(`${demo.base}/sang-kien/${number}`);
    assert.match(await page.locator(".measure .pairs").innerText(), /60\.000\.000 đồng[\s\S]*75 %/);
    // The flag leads to the same initiative from now on.
    await page.goto(demo.base + BOARD);
    await turnFlag(page);
    await page.waitForURL(new RegExp(number));
    assert.deepEqual(board.faults, []);
    await board.close();
  }
  const address = `/sang-kien/${number}`;
  // It is returned, sent again, appraised and approved, each by somebody else.
  {
    assert.equal(await demo.take("an", address, "Trình đề xuất"), "Đã trình");
    assert.equal(await demo.take("binh", address, "Nhận thẩm định"), "Đang thẩm định");
    assert.equal(await demo.take("binh", address, "Trả lại để hoàn thiện", { reason: "Nêu rõ hơn nguồn dữ liệu dùng thay giấy tờ." }), "Yêu cầu hoàn thiện");
    assert.equal(await demo.take("an", address, "Trình đề xuất"), "Đã trình");
    assert.equal(await demo.take("binh", address, "Nhận thẩm định"), "Đang thẩm định");
    assert.equal(await demo.take("binh", address, "Kết luận thẩm định", appraisal), "Chờ quyết định");
    assert.equal(await demo.take("cuong", address, "Thông qua phương án", document("12/QĐ-UBND")), "Đã thông qua");
  }
  // The legal act is signed and the measure applied.
  {
    assert.equal(await demo.take("pho", address, "Giao thực hiện tại địa phương"), "Đang thực hiện tại địa phương");
    const acts = await demo.signedIn("pho", address);
    await acts.page.locator("summary:has-text('Thêm văn bản phải sửa')").click();
    await acts.page.locator("[name=act]").fill("Quyết định 5/2024/QĐ-UBND");
    await acts.page.locator("[name=change]").fill("Sửa thời hạn tại Điều 4");
    await acts.page.locator("button:has-text('Thêm văn bản')").click();
    await acts.page.locator("[name=signed_on]").fill(day(began));
    await acts.page.locator("[name=effective_on]").fill(day(began));
    await acts.page.locator(".measure [name=number]").first().fill("9/2026/QĐ-UBND");
    await acts.page.locator("button:has-text('Ghi nhận đã ký')").click();
    await acts.page.locator("text=9/2026/QĐ-UBND, ký").waitFor();
    await acts.close();
    assert.equal(await demo.take("pho", address, "Văn bản đã được ký ban hành"), "Đã ban hành văn bản");
    assert.equal(await demo.take("dung", address, "Công bố, công khai", document("13/QĐ-UBND")), "Đã công bố");
    assert.equal(await demo.take("pho", address, "Áp dụng vào danh mục"), "Đã áp dụng");
  }
  // A citizen sees what changed and why.
  {
    const { page, faults, close } = await demo.open("/thu-tuc/" + CODE);
    assert.match(await page.locator("#thoi-han").innerText(), /3 ngày làm việc/);
    const history = page.locator("#lich-su");
    assert.match(await history.innerText(), new RegExp(`Thay đổi từ ngày[\\s\\S]*${number}[\\s\\S]*Bản 2[\\s\\S]*13/QĐ-UBND`));
    assert.equal(await history.locator(".changes del").first().innerText(), "8");
    assert.equal(await history.locator(".changes ins").first().innerText(), "3");
    await history.locator("a:has-text('So sánh hai bản')").click();
    await page.waitForURL(/thay-doi/);
    assert.match(await page.locator("h2").innerText(), /Bản 1 .* → Bản 2/);
    await page.locator(`main a:has-text("${number}")`).click();
    await page.waitForURL(demo.base + address);
    assert.match(await page.locator("main").innerText(), /Đã áp dụng[\s\S]*Sau 90 ngày: đo ngày/);
    assert.deepEqual(faults, []);
    await close();
  }
  // 90 days later another office gives the verdict on what was measured.
  {
    await demo.stop();
    const file = join(demo.folder, "ho-so.ndjson");
    writeFileSync(file, [...dossiers(new Date(began.getTime() - 40 * DAY), 10), ...dossiers(new Date(began.getTime() + 10 * DAY), 2)].join("\n"));
    demo.run("import", "dossiers", file, "--source", "Một cửa H31", "--strict");
    await demo.start();
    const seen = await demo.open(address);
    for (let tries = 0; !(await seen.page.locator("main").innerText()).includes("Sau 90 ngày: Đạt"); tries++) {
      assert.ok(tries < 100, await seen.page.locator(".measure").innerText());
      await seen.page.waitForTimeout(200);
      await seen.page.reload();
    }
    assert.match(await seen.page.locator("main").innerText(), /ngày làm việc \(trung vị\): \d+ → 2 \(n = 40 và 40\)/);
    await seen.close();
    assert.equal(await demo.take("giang", address, "Kết luận sau khi áp dụng"), "Đã đánh giá kết quả");
    const citizen = await demo.open("/sang-kien?code=" + CODE);
    assert.match(await citizen.page.locator(".cards").innerText(), /Rút ngắn thời hạn giải quyết[\s\S]*Đã đánh giá kết quả/);
    await citizen.close();
  }
});
