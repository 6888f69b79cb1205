import type { FastifyInstance } from 'fastify';
import { sql } from '@tendril/store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, type Scope } from '../src/boot/keys.ts';
import { addBrowserKey, addKeyFor, type Answer, type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { bodyOf, refusalIn } from './said.ts';

/** What each operation needs. A new route fails this test until it is written here. */
const NEEDED: Readonly<Record<string, Scope | 'public'>> = {
  'POST /v1/events': 'events:write',
  'OPTIONS /v1/events': 'public',
  'GET /v1/tracker.js': 'public',
  'GET /v1/events/quarantine': 'operations',
  'POST /v1/events/quarantine/release': 'operations',
  'POST /v1/leads': 'leads:write',
  'POST /v1/leads/{id}/merge': 'leads:write',
  'POST /v1/leads/{id}/unmerge': 'leads:write',
  'GET /v1/accounts': 'leads:read',
  'GET /v1/accounts/{id}': 'leads:read',
  'GET /v1/accounts/{id}/leads': 'leads:read',
  'PUT /v1/accounts/{id}': 'leads:write',
  'POST /v1/leads/search': 'leads:read',
  'GET /v1/leads/{id}': 'leads:read',
  'GET /v1/leads/{id}/timeline': 'leads:read',
  'GET /v1/leads/{id}/explain': 'leads:read',
  'POST /v1/leads/{id}/explain': 'leads:read',
  'GET /v1/segments': 'leads:read',
  'GET /v1/segments/{id}/members': 'leads:read',
  'GET /v1/touchpoints': 'leads:read',
  'GET /v1/touchpoints/{id}': 'leads:read',
  'GET /v1/runs': 'operations',
  'GET /v1/runs/{id}': 'operations',
  'POST /v1/runs/{id}/cancel': 'operations',
  'GET /v1/overview': 'leads:read',
  'POST /v1/imports': 'imports:write',
  'GET /v1/imports': 'imports:write',
  'PUT /v1/imports/{id}/file': 'imports:write',
  'GET /v1/imports/{id}': 'imports:write',
  'GET /v1/imports/{id}/rejects': 'imports:write',
  'POST /v1/campaigns': 'campaigns:write',
  'GET /v1/campaigns': 'campaigns:read',
  'GET /v1/campaigns/{id}': 'campaigns:read',
  'GET /v1/rulebook': 'rules:read',
  'POST /v1/rulebook': 'rules:write',
  'GET /v1/baseline': 'baseline:read',
  'POST /v1/rulebook/plan': 'rules:read',
  'POST /v1/rulebook/rollback': 'rules:write',
  'GET /v1/rulebook/history': 'rules:read',
  'GET /v1/rulebook/shadow': 'rules:read',
  'GET /v1/connectors': 'operations',
  'POST /v1/evaluate': 'operations',
  'POST /v1/dispatch/stop': 'operations',
  'POST /v1/dispatch/start': 'operations',
  'POST /v1/keys': 'admin',
  'GET /v1/keys': 'admin',
  'DELETE /v1/keys/{id}': 'admin',
  'POST /v1/webhooks': 'webhooks:write',
  'GET /v1/webhooks': 'webhooks:write',
  'GET /v1/webhooks/{id}': 'webhooks:write',
  'PATCH /v1/webhooks/{id}': 'webhooks:write',
  'DELETE /v1/webhooks/{id}': 'webhooks:write',
  'POST /v1/webhooks/{id}/secret': 'webhooks:write',
  'POST /v1/webhooks/{id}/test': 'webhooks:write',
  'GET /v1/webhooks/{id}/deliveries': 'webhooks:write',
  'POST /v1/webhooks/{id}/replay': 'webhooks:write',
  'GET /metrics': 'operations',
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
  'POST /hooks/{connector}': 'public',
  'GET /u/{token}': 'public',
  'POST /u/{token}': 'public',
};

/** Public and not in the API's description: pages for people, and the description itself. */
const UNDESCRIBED = [/^GET \/$/, /^GET \/outbox\/\{id\}(\/message)?$/, /^GET \/docs(\/.*|-yaml)?$/, /^GET \/v1\/openapi\.json$/];

const SITE = 'https://www.larkfield.example';

type Method = Parameters<CoreUnderTest['call']>[0];

let rules: RulesFolder;
let core: CoreUnderTest;
const keys = new Map<string, string>();
beforeAll(async () => {
  rules = rulesFolder();
  core = await coreUnderTest({ rules: rules.folder });
  keys.set('none', await addKeyFor(core.world, []));
  keys.set('browser', await addBrowserKey(core.world, { source: 'website', origins: [SITE] }));
  for (const scope of SCOPES) {
    keys.set(scope, await addKeyFor(core.world, [scope]));
    keys.set(`all but ${scope}`, await addKeyFor(core.world, SCOPES.filter((other) => other !== scope && other !== 'admin')));
  }
});
afterAll(async () => {
  await core.close();
  rules.remove();
});

async function ask(operation: string, authorization: string): Promise<Answer> {
  const [method, path] = operation.split(' ') as [Method, string];
  const answer = await core.call(method, path.replaceAll(/\{\w+\}/g, 'x'), ['POST', 'PUT', 'PATCH'].includes(method) ? {} : undefined, { authorization });
  await core.settled();
  return answer;
}

const bearer = (name: string): string => `Bearer ${keys.get(name)}`;

/** Every route that Fastify would answer, in the form of the API's description: its own tree, one line per path. */
function routes(): string[] {
  const tree = (core.app.getHttpAdapter().getInstance() as unknown as FastifyInstance).printRoutes({ commonPrefix: false });
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^([│ ]*)[└├]── (\S+) \(([A-Z, ]+)\)$/.exec(line) ?? [];
    if (part === '') return [];
    const depth = indent.length / 4;
    // The tree's root is "/", and what lies below it is written without it.
    parents.splice(depth, parents.length, depth === 0 ? '' : `${parents[depth - 1] ?? ''}${depth === 1 ? '/' : ''}${part}`);
    const path = (parents[depth] || '/').replaceAll(/:(\w+)/g, '{$1}');
    return methods.split(', ').filter((method) => method !== 'HEAD').map((method) => `${method} ${path}`);
  });
}

describe('every operation', () => {
  it('is described and classified', async () => {
    const { paths } = bodyOf<{ paths: Record<string, object> }>(await core.call('GET', '/v1/openapi.json'));
    const described = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
    expect(described.sort()).toEqual(Object.keys(NEEDED).sort());
  });

  it('is all there is: no route is answered that is neither described nor a known page', () => {
    const found = routes();
    expect(found).toEqual(expect.arrayContaining(Object.keys(NEEDED)));
    expect(found.filter((route) => !(route in NEEDED) && !UNDESCRIBED.some((known) => known.test(route)))).toEqual([]);
  });

  it.each(Object.entries(NEEDED).filter(([, needed]) => needed === 'public'))('%s asks for no key', async (operation) => {
    expect([401, 403]).not.toContain((await ask(operation, '')).status);
  });

  it.each(Object.entries(NEEDED).filter(([, needed]) => needed !== 'public'))('%s needs %s', async (operation, needed) => {
    for (const authorization of ['', 'Bearer', 'Bearer nonsense', `Basic ${keys.get('admin')}`, `${bearer(needed)}x`]) {
      refusalIn(await ask(operation, authorization), 401, 'key-needed');
    }
    for (const name of ['none', 'browser', `all but ${needed}`]) {
      expect(refusalIn(await ask(operation, bearer(name)), 403, 'scope-missing').detail).toContain(needed);
    }
    // A key in the address opens nothing: neither a page's key, but for the one route that pages may call, nor a server's anywhere.
    const addressed = (name: string) => `${operation.replace('{id}', 'x')}?key=${keys.get(name)}`;
    if (operation !== 'POST /v1/events') refusalIn(await ask(addressed('browser'), ''), 401, 'key-needed');
    for (const name of [needed, 'admin']) expect((await ask(addressed(name), '')).status).toBe(401);
    for (const name of [needed, 'admin']) {
      const { status, text } = await ask(operation, bearer(name));
      expect([401, 403], text).not.toContain(status);
      expect(status, text).toBeLessThan(500);
    }
  });
});

describe('a key', () => {
  it('is asked for on HEAD as on GET', async () => {
    expect((await ask('HEAD /v1/overview', '')).status).toBe(401);
    expect((await ask('HEAD /v1/overview', bearer('leads:read'))).status).toBe(200);
  });

  it('is refused before anything is done or told', async () => {
    refusalIn(await ask('POST /v1/dispatch/start', bearer('operations').replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))), 401, 'key-needed');
    await ask('POST /v1/dispatch/start', bearer('operations'));
    for (const authorization of ['', bearer('all but operations')]) await ask('POST /v1/dispatch/stop', authorization);
    expect(bodyOf(await core.call('GET', '/health/ready'))).toMatchObject({ stopped: false });
    refusalIn(await core.call('POST', '/v1/events', 'not even JSON', { authorization: '' }), 400, 'bad-request');
    refusalIn(await core.call('GET', '/v1/leads/nobody', undefined, { authorization: bearer('none') }), 403, 'scope-missing');
  });

  it('is made with scopes, listed without its secret, and revoked at once', async () => {
    const made = bodyOf<{ id: string; key: string }>(await core.call('POST', '/v1/keys', { name: 'website', scopes: ['events:write'] }), 201);
    const authorization = `Bearer ${made.key}`;
    expect((await ask('POST /v1/events', authorization)).status).toBe(400);
    refusalIn(await ask('GET /v1/overview', authorization), 403, 'scope-missing');
    const list = await core.call('GET', '/v1/keys');
    expect(bodyOf<{ items: object[] }>(list).items).toContainEqual(expect.objectContaining({ id: made.id, name: 'website', scopes: ['events:write'] }));
    expect(list.text).not.toContain(made.key.split('_')[2]);
    const again = bodyOf<{ key: string }>(await core.call('POST', '/v1/keys', { name: 'shop', scopes: ['events:write'] }, { 'idempotency-key': 'one' }), 201);
    const { rows } = await sql<{ kept: string }>`select answer::text as kept from idempotency`.execute(core.world.store.db);
    expect(rows.filter(({ kept }) => kept?.includes(again.key.split('_')[2]!))).toEqual([]);
    bodyOf(await core.call('DELETE', `/v1/keys/${made.id}`));
    refusalIn(await ask('POST /v1/events', authorization), 401, 'key-needed');
    refusalIn(await core.call('DELETE', `/v1/keys/${made.id}`), 404, 'key-unknown');
    refusalIn(await core.call('POST', '/v1/keys', { name: 'x', scopes: ['everything'] }), 400, 'request-invalid');
  });
});
