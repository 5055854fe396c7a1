// A sign-in provider that lies: node forger.mjs TOOLS
// Tells its address; under each path it is a provider of its own, which lies in the way the path says.
// POST /person sets whom it vouches for.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [tools] = process.argv.slice(2);
const jose = await import(pathToFileURL(join(tools, "node_modules/jose/dist/webapi/index.js")));

const secret = "rahasia-uji-0000";
const [ours, other] = [await jose.generateKeyPair("RS256"), await jose.generateKeyPair("RS256")];
const jwks = { keys: [{ ...(await jose.exportJWK(ours.publicKey)), kid: "satu", alg: "RS256", use: "sig" }] };
const hashed = (text) => createHash("sha256").update(text).digest();
const half = (text) => hashed(text).subarray(0, 16).toString("base64url");
let person = {};

// What each lie changes: in the claims of the token, or in how it is signed.
const claimed = {
  nonce: () => ({ nonce: "lain" }),
  audience: () => ({ aud: "konsol-lain" }),
  expired: () => ({ exp: Math.floor(Date.now() / 1000) - 60 }),
  issuer: () => ({ iss: "http://127.0.0.1:1/lain" }),
  access: () => ({ at_hash: half("token lain") }),
  userinfo: () => ({ groups: undefined, preferred_username: undefined }),
};
const signed = {
  key: (token) => token.setProtectedHeader({ alg: "RS256", kid: "satu" }).sign(other.privateKey),
  symmetric: (token) => token.setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(secret)),
  unsigned: async (token) => {
    const [, payload] = (await signed.right(token)).split(".");
    return `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`;
  },
  right: (token) => token.setProtectedHeader({ alg: "RS256", kid: "satu" }).sign(ours.privateKey),
};

async function body(request) {
  let text = "";
  for await (const piece of request) text += piece;
  return text;
}

const server = createServer(async (request, response) => {
  const address = new URL(request.url, base);
  const [, lie, ...rest] = address.pathname.split("/");
  const issuer = `${base}/${lie}`;
  const json = (value, status = 200) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  if (lie === "person") {
    person = JSON.parse(await body(request));
    return json({});
  }
  switch (rest.join("/")) {
    case ".well-known/openid-configuration":
      return json({
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/me`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
      });
    case "jwks":
      return json(jwks);
    case "auth": {
      const asked = Object.fromEntries(address.searchParams);
      const back = new URL(asked.redirect_uri);
      const code = Buffer.from(JSON.stringify([asked.nonce, asked.code_challenge])).toString("base64url");
      back.search = new URLSearchParams({ code, state: asked.state, iss: issuer });
      return response.writeHead(302, { location: back.href }).end();
    }
    case "token": {
      const given = new URLSearchParams(await body(request));
      const [nonce, challenge] = JSON.parse(Buffer.from(given.get("code"), "base64url"));
      const proved = hashed(given.get("code_verifier")).toString("base64url") === challenge;
      const known = request.headers.authorization === `Basic ${Buffer.from(`waspada:${secret}`).toString("base64")}`;
      if (!proved || !known) return json({ error: "invalid_grant" }, 400);
      const now = Math.floor(Date.now() / 1000);
      const honest = { iss: issuer, aud: "waspada", iat: now, exp: now + 60, nonce, at_hash: half("pintu") };
      const claims = { ...honest, ...person, ...claimed[lie]?.() };
      const id_token = await (signed[lie] ?? signed.right)(new jose.SignJWT(claims));
      return json({ access_token: "pintu", token_type: "Bearer", id_token });
    }
    case "me":
      return json({ ...person, sub: lie === "userinfo" ? "orang lain" : person.sub });
    default:
      return json({ error: "not_found" }, 404);
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const base = `http://127.0.0.1:${server.address().port}`;
console.log(base);
