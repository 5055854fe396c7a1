// Setting up a second factor and signing in with it, in a real browser: node safety.mjs TOOLS ADDRESS LINK
// Ends with the first thing that is not as it should be. What is looked at is written to TOOLS/shots.
import { createHmac } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [tools, base, link] = process.argv.slice(2);
const require = createRequire(join(tools, "node_modules", "none.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const shots = join(tools, "shots");
mkdirSync(shots, { recursive: true });
const password = "kata sandi yang panjang";

function must(so, what) {
  if (!so) throw new Error(what);
}

// RFC 6238, written anew: what the page shows must work in any app.
function code(secret, later) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(" ", "")].map((l) => letters.indexOf(l).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + later));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ locale: "id-ID" });
const page = await context.newPage();
page.on("request", (request) => must(request.url().startsWith(base), `asked for ${request.url()}`));
page.on("console", (message) => must(!/Content Security Policy/.test(message.text()), message.text()));

async function look(name) {
  for (const scheme of ["light", "dark"]) {
    for (const width of [1440, 360]) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: join(shots, `${name}-${scheme}-${width}.png`), fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      must(wide <= 0, `${name} is ${wide} wider than ${width}`);
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] }));
      const faults = found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" | ")}`);
      must(faults.length === 0, `${name}, ${scheme}, ${width}: ${faults.join("\n")}`);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

await page.goto(link);
await page.fill("input[name=name]", "sari");
await page.fill("input[name=password]", password);
await page.click("button.main");
await page.waitForURL("**/queue");
await page.click(".who a[href='/account']");
await page.waitForURL("**/account");
await look("account");
await page.click("form[action='/account/totp'] button");
await page.waitForSelector("svg.qr");
await look("account-enrol");
const secret = await page.textContent("#secret");
await page.fill("input[name=code]", code(secret, 0));
await page.fill("form[action='/account/totp/confirm'] input[name=password]", password);
await page.click("form[action='/account/totp/confirm'] button");
await page.waitForSelector(".codes li");
await look("codes");
await page.goto(`${base}/account`);
await look("account-on");
await page.goto(`${base}/people`);
must((await page.locator("tbody form").count()) === 0, "nobody is offered to lock himself out");
await look("people-safety");

await context.clearCookies();
await page.goto(`${base}/login`);
await page.fill("input[name=name]", "sari");
await page.fill("input[name=password]", password);
await page.keyboard.press("Enter");
await page.waitForURL("**/login/code");
await look("code");
await page.keyboard.type("000000");
await page.keyboard.press("Enter");
await page.waitForSelector("[role=alert]");
await look("code-wrong");
await page.keyboard.type(code(secret, 1));
await page.keyboard.press("Enter");
await page.waitForURL("**/queue");
await browser.close();
