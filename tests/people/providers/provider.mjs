// A real provider of identities for the tests: oidc-provider on a free port of 127.0.0.1.
// It prints its issuer once it listens. Whoever signs in types a name of PEOPLE; the level is that
// of the first acr asked for, or the one typed.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const LEVELS = ["https://www.spid.gov.it/SpidL1", "https://www.spid.gov.it/SpidL2", "https://www.spid.gov.it/SpidL3"];
const PEOPLE = JSON.parse(process.argv[2]);
const BACK = "/sign-in/with/spid/back";
const SHARED = {
  client_secret: "un-segreto-che-solo-le-prove-conoscono",
  grant_types: ["authorization_code"],
  response_types: ["code"],
};
const CONFIGURATION = {
  clients: [
    { ...SHARED, client_id: "farelegami", redirect_uris: [`https://testserver.local${BACK}`],
      post_logout_redirect_uris: ["https://testserver.local/"] },
    { ...SHARED, client_id: "farelegami-signed", redirect_uris: [`https://testserver.local${BACK}`],
      userinfo_signed_response_alg: "RS256" },
    // Of a native client the port of a loopback address may be any (RFC 8252).
    { ...SHARED, client_id: "farelegami-here", application_type: "native",
      redirect_uris: [`http://localhost${BACK}`] },
    { client_id: "farelegami-key", redirect_uris: [`https://testserver.local${BACK}`],
      grant_types: ["authorization_code"], response_types: ["code"],
      token_endpoint_auth_method: "private_key_jwt", jwks: JSON.parse(process.argv[3]) },
  ],
  acrValues: LEVELS,
  claims: {
    openid: ["sub", "acr", "auth_time"],
    profile: ["given_name", "family_name", "birthdate", "fiscal_number", "address"],
    email: ["email", "email_verified"],
  },
  cookies: { keys: ["only of the tests"] },
  features: {
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  pkce: { required: () => true },
  findAccount: (_ctx, id) => (PEOPLE[id] ? { accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) } : undefined),
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
};

const page = (uid) => `<!doctype html><html lang="it"><title>Provider</title><h1>Chi sei?</h1>
<form method="post" action="/interaction/${uid}"><label>Nome <input name="login"></label>
<label>Livello <input name="acr"></label><button>Entra</button>
<button name="refused" value="yes">Rinuncia</button></form></html>`;

async function read(request) {
  let body = "";
  for await (const piece of request) body += piece;
  return new URLSearchParams(body);
}

async function interact(provider, request, response) {
  const details = await provider.interactionDetails(request, response);
  if (request.method !== "POST") {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(page(details.uid));
    return;
  }
  const typed = await read(request);
  if (typed.get("refused")) {
    await provider.interactionFinished(request, response, { error: "access_denied" });
    return;
  }
  const accountId = typed.get("login");
  const grant = new provider.Grant({ accountId, clientId: details.params.client_id });
  grant.addOIDCScope(details.params.scope);
  const acr = typed.get("acr") || (details.params.acr_values || LEVELS[0]).split(" ")[0];
  await provider.interactionFinished(request, response, {
    login: { accountId, acr },
    consent: { grantId: await grant.save() },
  });
}

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, CONFIGURATION);
  const answer = provider.callback();
  server.on("request", (request, response) => {
    if (!request.url.startsWith("/interaction/")) return answer(request, response);
    return interact(provider, request, response).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  console.log(issuer);
});
