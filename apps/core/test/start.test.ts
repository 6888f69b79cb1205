import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CoreProcess, startCore } from './core-process.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { CONNECTORS } from './vendors.ts';

let home = '';
let data = '';
let rules: RulesFolder;
let running: CoreProcess | undefined;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'tendril-start-'));
  data = join(home, 'data');
  rules = rulesFolder();
});
afterAll(async () => {
  running?.stop('SIGKILL');
  await running?.ended;
  rules.remove();
  rmSync(home, { recursive: true, force: true });
});

const start = (environment: Readonly<Record<string, string>> = {}): CoreProcess => startCore({ TENDRIL_DATA: data, TENDRIL_RULES: rules.folder, ...environment });

/** Starts a core that must not start; what it says about that. */
async function refused(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  running = start(environment);
  const { code, error } = await running.ended;
  expect(code, error).toBe(1);
  expect(error, 'a sentence, not a stack').not.toMatch(/\n\s+at /);
  return error;
}

/** Waits for a core that starts, and asks it who it is. */
async function started(core: CoreProcess): Promise<{ readonly url: string; readonly key: string; readonly ready: unknown; readonly rulebook: unknown }> {
  const [, url = ''] = await core.line(/Outbox +(\S+)\/\n/);
  const [, key = ''] = await core.line(/Admin key (tdl_\S+)/);
  const read = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } })).json();
  return { url, key, ready: await read('/health/ready'), rulebook: await read('/v1/rulebook') };
}

const lock = (): boolean => existsSync(join(data, 'database.lock'));

// One folder lives through all of this, so the order of the tests is part of them.
describe('the process', { timeout: 120_000 }, () => {
  let first: Awaited<ReturnType<typeof started>>;

  it('that cannot read its rules says so, and leaves nothing but an empty database', async () => {
    const error = await refused({ TENDRIL_RULES: join(home, 'nothing') });
    expect(error).toContain(`The rules cannot be read from ${join(home, 'nothing')}`);
    expect(error).toContain('tracking-plan.json');
    expect(readdirSync(data)).toEqual(['database']);
  });

  it('starts, says where to go and with which key, refuses a second one on its folder, and ends with 0', async () => {
    running = start();
    first = await started(running);
    expect(first.ready).toEqual({ status: 'ok', database: 'PGlite', stopped: false });
    expect(first.rulebook).toMatchObject({ segments: 5, by: 'start' });
    expect(readFileSync(join(data, 'admin-key'), 'utf8')).toBe(first.key);
    const second = start();
    const { code, error } = await second.ended;
    expect(code).toBe(1);
    expect(error).toMatch(/The embedded database in \S+ is already open in process \d+/);
    expect(error).toContain('DATABASE_URL');
    expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);
    running.stop('SIGTERM');
    const end = await running.ended;
    expect([end.code, end.error]).toEqual([0, '']);
    expect(lock()).toBe(false);
  });

  it('on a port that is taken says which, and how to choose another', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const error = await refused({ PORT: String(port) });
    await new Promise((resolve) => other.close(resolve));
    expect(error).toContain(`Port ${port} is taken`);
    expect(error).toContain(`PORT=${port + 1}`);
    expect(lock()).toBe(false);
  });

  it('with a broken rule file prints file, line and column', async () => {
    const text = readFileSync(join(rules.folder, 'stages.json'), 'utf8');
    rules.write('stages.json', text.replace('"awareness"', 'awareness'));
    const error = await refused();
    rules.write('stages.json', text);
    expect(error).toMatch(/^The rule files have problems:\n/);
    expect(error).toMatch(/rules\/stages\.json:4:15 {2}\S/);
    expect(lock()).toBe(false);
  });

  it('without a secret names the environment variable', async () => {
    const kept = rules.read('connectors.json');
    rules.write('connectors.json', { connectors: CONNECTORS });
    const error = await refused({ SMALL_TWILIO_TOKEN: 'x' });
    rules.write('connectors.json', kept);
    expect(error).toContain('set the environment variable SMALL_SENDGRID_KEY');
    expect(lock()).toBe(false);
  });

  it('with settings that cannot be says which', async () => {
    expect(await refused({ PORT: 'eighty' })).toContain('PORT must be a number, such as 3000\n');
  });

  it('with a database that does not answer says where, and never the password', async () => {
    const error = await refused({ DATABASE_URL: 'postgres://app:pass-word@127.0.0.1:1/tendril' });
    expect(error).toContain('The database at postgres://app@127.0.0.1:1/tendril does not answer: connect ECONNREFUSED 127.0.0.1:1');
    expect(error).toContain('PostgreSQL 15 or newer');
    expect(error).not.toContain('pass-word');
  });

  it('starts again after all of this as if nothing had been', async () => {
    running = start();
    const { key, rulebook } = await started(running);
    expect(key).toBe(first.key);
    expect(rulebook).toEqual(first.rulebook);
    running.stop('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0, error: '' });
    expect(lock()).toBe(false);
  });
});
