// Signing in through a real provider in a real browser: node oidc.mjs TOOLS ADDRESS
// Ends with the first thing that is not as it should be. What is looked at is written to TOOLS/shots.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [tools, base] = process.argv.slice(2);
const require = createRequire(join(tools, "node_modules", "none.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const shots = join(tools, "shots");
mkdirSync(shots, { recursive: true });

function must(so, what) {
  if (!so) throw new Error(what);
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });

// The provider knows whoever it let in before; somebody else comes with a browser of her own.
async function someone(javaScriptEnabled = true) {
  const context = await browser.newContext({ javaScriptEnabled, locale: "id-ID" });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  return page;
}

async function knock(page) {
  await page.goto(`${base}/login`);
  await page.click("text=Masuk dengan SSO Contoh");
}

async function through(page, name) {
  await knock(page);
  await page.fill("input[name=login]", name);
  await page.fill("input[name=password]", "apa saja");
  await page.click("button[type=submit]");
  await page.click("button[type=submit]");
}

for (const scripted of [true, false]) {
  const page = await someone(scripted);
  await through(page, "analis-sari");
  await page.waitForURL(`${base}/queue`);
  must((await page.textContent(".who")).includes("analis-sari"), "her name stands in the head");
  // Out of here, and in again without a password: the provider knows her still.
  await page.click("form[action='/logout'] button");
  await page.waitForURL(`${base}/login`);
  await page.click("text=Masuk dengan SSO Contoh");
  await page.waitForURL(`${base}/queue`);
}

const stranger = await someone();
await through(stranger, "tamu-tono");
await stranger.waitForSelector("[role=alert]");
must((await stranger.textContent("[role=alert]")).includes("tidak termasuk kelompok"), "no role is told");

const doubtful = await someone();
await knock(doubtful);
await doubtful.click("text=Cancel");
await doubtful.waitForSelector("[role=alert]");
must((await doubtful.textContent("[role=alert]")).includes("membatalkannya"), "breaking off is told");

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    await doubtful.emulateMedia({ colorScheme });
    await doubtful.setViewportSize({ width, height: 800 });
    await doubtful.screenshot({ path: join(shots, `oidc-${width}-${colorScheme}.png`) });
    await doubtful.addScriptTag({ content: axe }).catch(() => doubtful.evaluate(axe));
    const found = await doubtful.evaluate(() => window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] }));
    must(found.violations.length === 0, JSON.stringify(found.violations.map(({ id, nodes }) => [id, nodes[0].html])));
    const wide = await doubtful.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    must(!wide, `wider than the screen at ${width}`);
  }
}
await browser.close();
