// A real sign-in provider on a loopback port: node provider.mjs TOOLS
// Tells its address, then reads a line: where it sends people back to. Whoever signs in is called as
// she types; a group of hers is what stands before the first stroke of her name.
import { createServer } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [tools] = process.argv.slice(2);
const library = join(tools, "node_modules/oidc-provider/lib/index.js");
const { default: Provider } = await import(pathToFileURL(library));

const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;
console.log(issuer);
const [callback] = await new Promise((told) => createInterface({ input: process.stdin }).once("line", (line) => told([line])));

const provider = new Provider(issuer, {
  clients: [{ client_id: "waspada", client_secret: "rahasia-uji-0000", redirect_uris: [callback] }],
  pkce: { required: () => true },
  claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: `orang-${id}`, preferred_username: id, groups: ["semua", id.split("-")[0]] }),
  }),
});
server.on("request", provider.callback());
