import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SimpleFetcher } from 'aws-jwt-verify/https';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTokenVerifier, type TokenRules } from '../../../src/tokens/verify-token.ts';
import {
  ALGORITHMS,
  createKey,
  encode,
  ISSUER_CA_PATH,
  makeToken,
  type SigningKey,
  startTokenIssuer,
  type TokenIssuer,
} from '../../helpers/token-issuer.ts';

const KEY = createKey('one');
const ca = readFileSync(ISSUER_CA_PATH);
const fetcher = new SimpleFetcher({ defaultRequestOptions: { ca, responseTimeout: 500 } });

let issuer: TokenIssuer;
beforeEach(async () => {
  issuer = await startTokenIssuer([KEY]);
});
afterEach(() => issuer.close());

let nowMs = 0;
const verifier = (rules: Partial<TokenRules> = {}) =>
  createTokenVerifier(
    { issuer: issuer.issuer, audience: ['wine'], scopes: [], ...rules },
    { fetcher, now: () => nowMs },
  );

const seconds = (fromNow: number): number => Math.floor(Date.now() / 1000) + fromNow;
const claims = (more: Readonly<Record<string, unknown>> = {}) => ({
  iss: issuer.issuer,
  aud: 'wine',
  sub: 'ann',
  exp: seconds(60),
  ...more,
});
const token = (more: Readonly<Record<string, unknown>> = {}, key: SigningKey = KEY): string =>
  makeToken(key, claims(more));

describe('good tokens', () => {
  it.each(ALGORITHMS)('accepts %s', async (alg) => {
    const key = createKey('other', alg);
    issuer.keys = [KEY, key];

    expect(await verifier()(token({}, key))).toMatchObject({
      kind: 'accepted',
      claims: { sub: 'ann' },
    });
  });

  it('takes a key that does not say its algorithm', async () => {
    const { alg: _, use: __, ...jwk } = KEY.jwk;
    issuer.keys = [{ ...KEY, jwk }];

    expect(await verifier()(token())).toMatchObject({ kind: 'accepted' });
  });

  it.each([
    { name: 'one of several audiences', more: { aud: ['other', 'wine'] } },
    {
      name: 'an audience that is a client, without aud',
      more: { aud: undefined, client_id: 'wine' },
    },
    { name: 'an end a moment ago', more: { exp: Math.floor(Date.now() / 1000) - 10 } },
    { name: 'a begin in a moment', more: { nbf: Math.floor(Date.now() / 1000) + 10 } },
  ])('takes $name', async ({ more }) => {
    expect(await verifier()(token(more))).toMatchObject({ kind: 'accepted' });
  });

  it('asks the issuer once, where its keys are and for them', async () => {
    const verify = verifier();

    await Promise.all([verify(token()), verify(token())]);
    await verify(token());

    expect(issuer.asked.filter((path) => path === '/keys')).toHaveLength(1);
    expect(issuer.asked).toContain('/.well-known/openid-configuration');
  });

  it('does not ask where the keys are when told', async () => {
    const verify = verifier({ jwksUri: issuer.jwksUri });

    expect(await verify(token())).toMatchObject({ kind: 'accepted' });
    expect(issuer.asked).toEqual(['/keys']);
  });
});

describe('bad tokens', () => {
  const publicPem = (): string => String(KEY.publicKey.export({ type: 'spki', format: 'pem' }));
  const hmacToken = (secret: string): string => {
    const input = `${encode({ alg: 'HS256', kid: 'one' })}.${encode(claims())}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  const [head = '', , signature = ''] = 'a.b.c'.split('.');

  it.each([
    { name: 'no token', text: () => 'hunter2', why: 'it is no token' },
    { name: 'nothing at all', text: () => '', why: 'it is no token' },
    { name: 'three parts of nothing', text: () => `${head}.b.${signature}`, why: 'it is no token' },
    {
      name: 'alg none, unsigned',
      text: () => `${encode({ alg: 'none', kid: 'one' })}.${encode(claims())}.`,
      why: 'it is no token',
    },
    {
      name: 'alg none, with a signature',
      text: () => makeToken(KEY, claims(), { alg: 'none' }),
      why: 'it is signed by another algorithm than its key is for',
    },
    {
      name: 'HS256 with the public key as the secret',
      text: () => hmacToken(publicPem()),
      why: 'it is signed by another algorithm than its key is for',
    },
    {
      name: 'HS256 with the published modulus as the secret',
      text: () => hmacToken(String(KEY.jwk['n'])),
      why: 'it is signed by another algorithm than its key is for',
    },
    {
      name: 'another algorithm of the same key',
      text: () => makeToken(KEY, claims(), { alg: 'RS512' }),
      why: 'it is signed by another algorithm than its key is for',
    },
    {
      name: 'no kid',
      text: () => makeToken(KEY, claims(), { kid: undefined }),
      why: 'it names no key (kid)',
    },
    {
      name: 'an unknown kid',
      text: () => makeToken(KEY, claims(), { kid: 'two' }),
      why: 'its issuer has no such key (kid)',
    },
    {
      name: 'a key of somebody else under a known kid',
      text: () => makeToken(createKey('one'), claims()),
      why: 'its signature does not fit',
    },
    {
      name: 'a key that the token brings along',
      text: () => makeToken(createKey('one'), claims(), { jwk: createKey('one').jwk }),
      why: 'its signature does not fit',
    },
    {
      name: 'changed claims',
      text: () => token().replace(/\.[^.]+\./, `.${encode(claims({ sub: 'bob' }))}.`),
      why: 'its signature does not fit',
    },
    {
      name: 'a cut signature',
      text: () => token().slice(0, -20),
      why: 'its signature does not fit',
    },
    {
      name: 'an end that has passed',
      text: () => token({ exp: seconds(-60) }),
      why: 'it has expired',
    },
    { name: 'no end', text: () => token({ exp: undefined }), why: 'it has no end (exp)' },
    {
      name: 'an end that is no number',
      text: () => token({ exp: 'never' }),
      why: 'it is no token',
    },
    {
      name: 'a begin that has not come',
      text: () => token({ nbf: seconds(60) }),
      why: 'it is not valid yet',
    },
    {
      name: 'another issuer',
      text: () => token({ iss: 'https://login.example.com/' }),
      why: 'it is of another issuer (iss)',
    },
    {
      name: 'the issuer without its slash',
      text: () => token({ iss: issuer.issuer.slice(0, -1) }),
      why: 'it is of another issuer (iss)',
    },
    {
      name: 'no issuer',
      text: () => token({ iss: undefined }),
      why: 'it is of another issuer (iss)',
    },
    {
      name: 'another audience',
      text: () => token({ aud: 'wine2' }),
      why: 'it is meant for another audience (aud)',
    },
    {
      name: 'another audience, of the right client',
      text: () => token({ aud: 'other', client_id: 'wine' }),
      why: 'it is meant for another audience (aud)',
    },
    { name: 'no audience', text: () => token({ aud: undefined }), why: 'it has no audience (aud)' },
    {
      name: 'an extension that must be understood',
      text: () => makeToken(KEY, claims(), { crit: ['x'] }),
      why: 'it has extensions (crit)',
    },
  ])('refuses $name', async ({ text, why }) => {
    expect(await verifier()(text())).toEqual({ kind: 'refused', why });
  });

  it.each(ALGORITHMS)('refuses a signature of %s that is noise', async (alg) => {
    const key = createKey('other', alg);
    issuer.keys = [key];
    const noise = token({}, key).replace(/[^.]+$/, encode('noise'));

    expect(await verifier()(noise)).toEqual({ kind: 'refused', why: 'its signature does not fit' });
  });

  it('refuses a key of a kind that nobody knows here', async () => {
    issuer.keys = [{ ...KEY, jwk: { kty: 'EC', crv: 'P-999', x: 'AA', y: 'AA', kid: 'one' } }];

    expect(await verifier()(makeToken(KEY, claims(), { alg: 'ES256' }))).toEqual({
      kind: 'refused',
      why: 'its key cannot be used here',
    });
  });

  it('refuses a key for encryption, and a shared secret among the keys', async () => {
    const secret = { kty: 'oct', k: encode('shared'), kid: 'three' };
    issuer.keys = [
      { ...KEY, jwk: { ...KEY.jwk, use: 'enc' } },
      { ...KEY, jwk: secret },
    ];
    const input = `${encode({ alg: 'HS256', kid: 'three' })}.${encode(claims())}`;
    const shared = createHmac('sha256', 'shared').update(input).digest('base64url');

    expect(await verifier()(token())).toMatchObject({ kind: 'refused' });
    expect(await verifier()(`${input}.${shared}`)).toMatchObject({ kind: 'refused' });
  });
});

describe('scopes', () => {
  const rules = { scopes: ['predict', 'read'] };

  it.each([
    { name: 'scope as a text', more: { scope: 'openid read predict' } },
    { name: 'scp as a list', more: { scp: ['predict', 'read'] } },
    { name: 'scp as a text', more: { scp: 'predict read' } },
  ])('accepts all of them in $name', async ({ more }) => {
    expect(await verifier(rules)(token(more))).toMatchObject({ kind: 'accepted' });
  });

  it.each([
    { name: 'none', more: {}, missing: 'predict, read' },
    { name: 'one of two', more: { scope: 'predict' }, missing: 'read' },
    { name: 'a longer one', more: { scope: 'predict reader' }, missing: 'read' },
  ])('forbids $name', async ({ more, missing }) => {
    expect(await verifier(rules)(token(more))).toMatchObject({
      kind: 'forbidden',
      why: `it lacks the scope ${missing}`,
    });
  });
});

describe('keys', () => {
  it('looks a new key up at once', async () => {
    const verify = verifier();
    await verify(token());
    const next = createKey('two');
    issuer.keys = [next];

    expect(await verify(token({}, next))).toMatchObject({ kind: 'accepted' });
  });

  it('does not ask the issuer for every invented key', async () => {
    const verify = verifier();
    await verify(token());
    for (let i = 0; i < 20; i += 1) {
      expect(await verify(makeToken(KEY, claims(), { kid: `k${i}` }))).toMatchObject({
        kind: 'refused',
      });
    }

    expect(issuer.asked.filter((path) => path === '/keys')).toHaveLength(2);
    expect(await verify(token())).toMatchObject({ kind: 'accepted' });
  });

  it('believes a withdrawn key for an hour at most', async () => {
    const verify = verifier();
    await verify(token());
    issuer.keys = [createKey('two')];

    expect(await verify(token())).toMatchObject({ kind: 'accepted' });
    nowMs += 60 * 60_000;
    expect(await verify(token())).toEqual({
      kind: 'refused',
      why: 'its issuer has no such key (kid)',
    });
  });

  it('goes on with the keys it has while the issuer is down', async () => {
    const verify = verifier();
    await verify(token());
    issuer.status = 503;
    nowMs += 2 * 60 * 60_000;

    expect(await verify(token())).toMatchObject({ kind: 'accepted' });
  });

  it.each([
    {
      name: 'is failing',
      change: () => Object.assign(issuer, { status: 503 }),
      message: /^the keys of https:\S+ cannot be had: Failed to fetch .*Status code is 503/,
    },
    {
      name: 'is silent',
      change: () => Object.assign(issuer, { status: 'silent' }),
      message: /cannot be had: .*time-out/,
    },
    {
      name: 'speaks for another',
      change: () => Object.assign(issuer.document, { issuer: 'https://login.example.com' }),
      message: /speaks for another issuer than/,
    },
    {
      name: 'names no keys',
      change: () => Object.assign(issuer.document, { jwks_uri: 'http://127.0.0.1/keys' }),
      message: /names no https address of keys/,
    },
    {
      name: 'publishes no keys',
      change: () => Object.assign(issuer, { keys: [{ jwk: { kid: 1 } }] }),
      message: /cannot be had: JWK kty should be a string/,
    },
  ])('says so when the issuer $name: the token may be good', async ({ change, message }) => {
    const verify = verifier();
    const { document, keys } = issuer;
    const before = { ...document };
    change();

    await expect(verify(token())).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringMatching(message),
    });
    Object.assign(issuer, { status: 200, keys, document: before });
    expect(await verify(token())).toMatchObject({ kind: 'accepted' });
  });
});
