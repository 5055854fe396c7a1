// An analyst's morning in a real browser: node console.mjs TOOLS ADDRESS LINK
// Ends with the first thing that is not as it should be. What is looked at is written to TOOLS/shots.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [tools, base, link] = process.argv.slice(2);
const require = createRequire(join(tools, "node_modules", "none.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const shots = join(tools, "shots");
mkdirSync(shots, { recursive: true });

function must(so, what) {
  if (!so) throw new Error(what);
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const session = join(tools, "session.json");

async function someone(page, path, name) {
  await page.goto(path);
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", "kata sandi yang panjang");
  await page.click("button.main");
  await page.waitForURL("**/queue");
}

async function moved(page, act) {
  const before = page.url();
  await act();
  await page.waitForURL((url) => url.href !== before);
  await page.waitForLoadState("load");
}

// Whatever is loaded from elsewhere, or refused by the page's own policy, is a fault.
function watch(page) {
  page.on("request", (request) => must(request.url().startsWith(base), `asked for ${request.url()}`));
  page.on("console", (message) => must(!/Content Security Policy/.test(message.text()), message.text()));
  page.on("pageerror", (error) => { throw error; });
}

const context = await browser.newContext();
const page = await context.newPage();
watch(page);
await someone(page, link, "sari");
await context.storageState({ path: session });

// Thirty items by keys alone, then the last taken back.
await page.goto(`${base}/work`);
const waiting = Number((await (await context.newPage()).goto(`${base}/queue`).then((answer) => answer.text())).match(/id="count">(\d+)/)[1]);
const keys = ["e", "1", "2", "3", "4", "5", "6", "7", "8", "a", "v"];
for (let decided = 0; decided < 30; decided += 1) {
  await moved(page, () => page.keyboard.press(keys[decided % keys.length]));
}
const undone = page.url().match(/last=(\d+)/)[1];
await moved(page, () => page.keyboard.press("u"));
must(page.url() === `${base}/items/${undone}`, `undo leads to the item again, not to ${page.url()}`);

// What goes to another body asks for a reason first; Enter then decides.
await page.keyboard.press("t");
must(await page.evaluate(() => document.activeElement.id === "reason"), "the reason is asked for");
await page.keyboard.type("nomornya dipakai di tujuh iklan");
await moved(page, () => page.keyboard.press("Enter"));
await page.goto(`${base}/queue`);
const left = Number((await page.textContent("#count")).match(/\d+/)[0]);
must(left === waiting - 30, `${waiting} waited, 30 are decided, ${left} are left`);

// Search by `/`, and a number shown on demand.
await page.keyboard.press("/");
await page.keyboard.type("kamboja");
await moved(page, () => page.keyboard.press("Enter"));
must(page.url().includes("q=kamboja"), page.url());
await page.goto(`${base}/items/${undone}`);
const masked = await page.textContent(".post");
must(!/\d{3}-?\d{4}-?\d{3,}/.test(masked), `contacts are masked: ${masked}`);
must((await page.locator("[data-key=r]").count()) === 1, "they can be asked for");
await page.keyboard.press("r");
await page.waitForURL("**/reveal");
must((await page.locator(".post").count()) === 1, "the item is shown again");
must((await page.locator("[data-key=r]").count()) === 0, "and nothing is left to ask for");

// Skipped by its key and a reason, the next one comes; then by a key of one's own.
await page.goto(`${base}/work`);
const skipped = page.url();
await page.keyboard.press("s");
must(await page.evaluate(() => document.activeElement.value === "language"), "the first reason is at hand");
await moved(page, () => page.keyboard.press("Enter"));
must(page.url().startsWith(`${base}/items/`) && page.url() !== skipped, `another comes: ${page.url()}`);
await page.goto(`${base}/keys`);
await page.fill("input[name=EDUKASI]", "n");
await page.click("button.main");
must((await page.textContent("#wrong")).includes("n ("), "a key used twice is refused");
await page.fill("input[name=EDUKASI]", "l");
await page.click("button.main");
await page.waitForSelector("#saved");
await page.goto(`${base}/work`);
const rebound = page.url();
await page.keyboard.press("?");
must((await page.textContent("#keys-list")).includes("EDUKASI"), "the dialog tells the keys");
await page.keyboard.press("Escape");
await page.keyboard.press("e");
must(page.url() === rebound, "the old key does nothing");
await moved(page, () => page.keyboard.press("l"));
await page.goto(`${base}/keys`);
await page.click("form[action='/keys/reset'] button");
await page.waitForLoadState("load");

// Another language where one is, and back.
const search = `${base}/queue?q=poipet&lane=offer`;
await page.goto(search);
await page.click("button[name=language][value=en]");
await page.waitForSelector("html[lang=en]");
must(page.url() === search && (await page.textContent("h1")) === "Queue", `English: ${page.url()}`);
await page.click("button[name=language][value=id]");
await page.waitForSelector("html[lang=id]");
must(page.url() === search && (await page.textContent("h1")) === "Antrean", `Indonesian: ${page.url()}`);

// Two browsers race for one item: one decides it, the other is told.
const first = await context.newPage();
const second = await context.newPage();
await first.goto(`${base}/work`);
await second.goto(first.url());
await Promise.all([first, second].map((racer) => racer.click("button[value=EDUKASI]").catch(() => {})));
await Promise.all([first, second].map((racer) => racer.waitForLoadState("load")));
const told = await Promise.all([first, second].map((racer) => racer.textContent("main")));
must(told.filter((text) => text.includes("tidak Anda pegang lagi") || text.includes("tidak terbuka lagi")).length === 1,
  `one of two decisions counts: ${told.map((text) => text.slice(0, 90)).join(" | ")}`);

// Copies of one ad, decided together by keys alone: one is taken out, the preview says what comes of
// the others, and all of it is taken back.
await page.goto(`${base}/queue?lane=offer`);
const offers = await page.locator("#items a").evaluateAll((links) => links.map((link) => link.href));
let copied = null;
for (const offer of offers) {
  await page.goto(offer);
  if ((await page.locator("[data-key=m]").count()) === 1 && (await page.locator("#decide").count()) === 1) { copied = offer; break; }
}
must(copied, "some ad has a copy");
await moved(page, () => page.keyboard.press("m"));
const together = page.url();
const ticked = await page.locator("input[name=item]:checked").count();
must(ticked > 1, `${ticked} copies are ticked`);
const out = page.locator("input[name=item]").nth(1);
await out.focus();
const taken = await out.inputValue();
await page.keyboard.press("Space");
await page.keyboard.press("t");
must(await page.evaluate(() => document.activeElement.id === "reason"), "the reason is asked for");
await page.keyboard.type("salinan dari satu iklan");
await page.keyboard.press("Enter");
await page.waitForSelector("#confirm");
const previewed = await page.locator("#confirm input[name=item]").evaluateAll((inputs) => inputs.map((input) => input.value));
must(previewed.length === ticked - 1 && !previewed.includes(taken), `the preview holds ${previewed}, not ${taken}`);
must((await page.locator("#confirm tbody tr").count()) === previewed.length, "each is listed");
await page.keyboard.press("x");
await page.waitForSelector("#decide");
must((await page.locator("input[name=item]:checked").count()) === ticked - 1, "the choice is as it was");
await page.keyboard.press("e");
await page.waitForSelector("#confirm");
await moved(page, () => page.keyboard.press("y"));
const batch = page.url();
must(batch.includes("/batches/") && (await page.locator("tbody tr").count()) === ticked - 1, batch);
await page.keyboard.press("u");
await page.waitForFunction(() => !document.querySelector("[data-key=u]"));
must((await page.locator("tbody").textContent()).match(/dibatalkan/g).length === ticked - 1, "all are taken back");

// A connection that is lost in the middle of a decision: nothing is half decided, and a reload is all.
await page.goto(`${base}/work`);
const item = page.url();
await context.setOffline(true);
await page.keyboard.press("e");
await page.waitForTimeout(300);
await context.setOffline(false);
await page.goto(item);
must((await page.locator("#decide").count()) === 1, "the item waits for its decision as before");

// Its rules, by keys alone, and back.
await moved(page, () => page.keyboard.press("w"));
await page.keyboard.press("w");
must(await page.evaluate(() => document.activeElement.name === "rule"), "a key leads to the choice of a rule");
await page.keyboard.press("Escape");
await moved(page, () => page.keyboard.press("b"));
must(page.url() === item, "and one back to the item");

// On a telephone the line of news takes room only when there is news.
const small = await browser.newContext({ viewport: { width: 390, height: 844 }, storageState: session });
const phone = await small.newPage();
await phone.goto(`${base}/queue`);
// In one go: the first news of the server write this line anew whenever they come.
const [empty, written] = await phone.evaluate(() => {
  const live = document.getElementById("live");
  const room = () => live.getBoundingClientRect().height;
  const before = room();
  live.append("1 butir baru");
  return [before, room()];
});
must(empty === 0 && written > 0, `the empty line is ${empty} pixels high, the written one ${written}`);
await small.close();

// Every page, wide and narrow, light and dark: no fault axe finds, nothing wider than the screen.
const faults = [];
for (const [width, height] of [[1440, 900], [390, 844]]) {
  for (const colorScheme of ["light", "dark"]) {
    const view = { viewport: { width, height }, colorScheme, bypassCSP: true };
    const inside = await browser.newContext({ ...view, storageState: session });
    const outside = await browser.newContext(view);
    for (const [name, whose, path, act] of [
      ["queue", inside, "/queue?lane=offer"], ["item", inside, item.slice(base.length)],
      ["copied", inside, copied.slice(base.length)], ["together", inside, together.slice(base.length)], ["batch", inside, batch.slice(base.length)],
      ["preview", inside, together.slice(base.length), async (looked) => {
        await looked.click("button[value=EDUKASI]");
        await looked.waitForSelector("#confirm");
      }],
      ["people", inside, "/people"], ["rules", inside, `${item.slice(base.length)}/rules`],
      ["proposals", inside, "/proposals"], ["quality", inside, "/quality"], ["dashboard", inside, "/dashboard"], ["tokens", inside, "/tokens"], ["keys", inside, "/keys"], ["mentions", inside, "/mentions"], ["login", outside, "/login"],
    ]) {
      const looked = await whose.newPage();
      await looked.goto(base + path);
      if (act) await act(looked);
      await looked.screenshot({ path: join(shots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      await looked.evaluate(axe);
      const found = await looked.evaluate(() =>
        window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
      for (const fault of found.violations) faults.push(`${name} ${width} ${colorScheme}: ${fault.id} ${fault.nodes[0].html}`);
      const wider = await looked.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wider > 0) faults.push(`${name} ${width}: ${wider} pixels wider than the screen`);
      await looked.close();
    }
    await inside.close();
    await outside.close();
  }
}
must(faults.length === 0, faults.join("\n"));
await browser.close();
console.log("an analyst's morning: all as it should be");
