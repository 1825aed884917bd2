// A real provider on loopback for the tests: npm's oidc-provider. It prints its address, takes orders at POST /orders,
// and lets in whoever the orders say. What it would never send by itself is made from what it sends, with its own keys.
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, importJWK, SignJWT, UnsecuredJWT, decodeJwt, decodeProtectedHeader } from "jose";
import { Provider } from "oidc-provider";

// Nobody reads more than the first line.
console.info = () => {};
const [back, secret] = process.argv.slice(2);
const key = async (kid, alg = "RS256") => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg, use: "sig" };
};
const keys = { own: await key("own"), elliptic: await key("elliptic", "ES256"), foreign: await key("own"), late: await key("late") };
let orders = { account: { sub: "1", preferred_username: "an", email: "an@example.vn", email_verified: true } };
const accounts = new Map();

const server = createServer();
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const client = { client_id: "toantrinh", client_secret: secret, redirect_uris: [back] };
const provider = new Provider(issuer, {
  clients: [client, { ...client, client_id: "elliptic", id_token_signed_response_alg: "ES256" }],
  jwks: { keys: [keys.own, keys.elliptic] },
  claims: { openid: ["sub"], profile: ["preferred_username"], email: ["email", "email_verified"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => accounts.get(id) }),
  pkce: { required: () => true },
  ttl: { IdToken: 120, AccessToken: 120 },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ["a key for tests"] },
  async loadExistingGrant(context) {
    const { client, session } = context.oidc;
    const grant = new context.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});

const sign = (claims, header, jwk) => importJWK(jwk, header.alg).then((k) => new SignJWT(claims).setProtectedHeader(header).sign(k));

// What an order does to an ID token.
const tamper = {
  payload: (token) => {
    const [head, body, signature] = token.split(".");
    const claims = { ...JSON.parse(Buffer.from(body, "base64url")), sub: "2", preferred_username: "binh" };
    return [head, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
  },
  signature: (token) => token.slice(0, -6) + (token.endsWith("AAAAAA") ? "BBBBBB" : "AAAAAA"),
  foreign: (token) => sign(decodeJwt(token), decodeProtectedHeader(token), keys.foreign),
  rotated: (token) => sign(decodeJwt(token), { alg: "RS256", kid: "late" }, keys.late),
  none: (token) => new UnsecuredJWT(decodeJwt(token)).encode(),
  hmac: (token) => new SignJWT(decodeJwt(token)).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(secret)),
  missing: () => undefined,
  claims: (token) => sign({ ...decodeJwt(token), ...orders.claims }, decodeProtectedHeader(token), keys.own),
};

const body = async (request) => {
  let text = "";
  for await (const part of request) text += part;
  return text;
};

const handle = provider.callback();
server.on("request", async (request, response) => {
  if (request.url === "/orders") {
    orders = JSON.parse(await body(request));
    response.end("{}");
    return;
  }
  if (request.url.startsWith("/interaction/")) {
    if (orders.refuse) {
      await provider.interactionFinished(request, response, { error: "access_denied", error_description: "no" });
      return;
    }
    accounts.set(orders.account.sub, orders.account);
    await provider.interactionFinished(request, response, { login: { accountId: orders.account.sub } });
    return;
  }
  if (request.url === "/jwks" && orders.tamper === "rotated" && orders.published) {
    const { kty, n, e, kid, alg, use } = keys.late;
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [{ kty, n, e, kid, alg, use }] }));
    return;
  }
  if (request.url === "/token" && orders.tamper) {
    const end = response.end.bind(response);
    response.end = (sent) => {
      const answer = JSON.parse(sent);
      if (!answer.id_token) return end(sent);
      Promise.resolve(tamper[orders.tamper](answer.id_token)).then((id_token) => {
        const changed = JSON.stringify({ ...answer, id_token });
        response.setHeader("content-length", Buffer.byteLength(changed));
        end(changed);
      });
      return response;
    };
  }
  handle(request, response);
});
console.log(issuer);
process.stdin.resume().on("end", () => process.exit(0));
