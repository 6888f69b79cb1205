import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answers, type FakeCore, playCore } from '../test/fake-core.ts';
import { typed } from '../test/typed.ts';

const MAP = { source: 'crm', lead: { id: 'id' } };
const CSV = 'id,name\n1,a\n2,b\n,c\n';
const REJECTS = 'line,reason\r\n3,no id\r\n';

let folder: string;
let core: FakeCore | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tendril-cli-'));
  await writeFile(join(folder, 'leads.csv'), CSV);
  await writeFile(join(folder, 'map.json'), JSON.stringify(MAP));
});

afterEach(async () => {
  await core?.close();
  core = undefined;
  await rm(folder, { recursive: true });
});

const tendril = (args: readonly string[], env: Record<string, string> = { TENDRIL_KEY: 'secret' }) =>
  typed(args, folder, { ...(core ? { TENDRIL_URL: core.url } : {}), ...env });

const BEGUN = { id: 'i1', name: 'leads.csv', state: 'running', total: 3, done: 0, rejected: 0, leads: 0, events: 0 };
const importing = (...states: object[]): Answers => ({
  'POST /v1/imports': () => ({ status: 201, json: { id: 'i1' } }),
  'PUT /v1/imports/i1/file': () => ({ status: 202, json: { run: 'r1' } }),
  'GET /v1/imports/i1': ({ times }) => ({ status: 200, json: { ...BEGUN, ...(states[times] ?? states.at(-1)) } }),
  'GET /v1/imports/i1/rejects': () => ({ status: 200, text: REJECTS }),
});
const DONE = { state: 'done', done: 3, leads: 3, events: 6 };

describe('tendril import', () => {
  it('sends the map, the key and the file byte by byte, waits for the end and says what came in', async () => {
    const heard: Record<string, unknown> = {};
    core = await playCore({
      ...importing({ state: 'waiting' }, { done: 1 }, DONE),
      'POST /v1/imports': ({ headers, body }) => {
        Object.assign(heard, { key: headers.authorization, body: JSON.parse(body) as unknown });
        return { status: 201, json: { id: 'i1' } };
      },
      'PUT /v1/imports/i1/file': ({ headers, body }) => {
        Object.assign(heard, { type: headers['content-type'], csv: body });
        return { status: 202, json: { run: 'r1' } };
      },
    });
    const { code, out, err, waits } = await tendril(['import', 'leads.csv', '--map', 'map.json']);
    expect(heard).toEqual({ key: 'Bearer secret', body: { name: 'leads.csv', map: MAP }, type: 'text/csv', csv: CSV });
    expect(code).toBe(0);
    expect(out).toEqual(['leads.csv: 3 rows read, 3 leads, 6 new events.']);
    expect(err.split('\n')).toEqual(['Importing: 0 of 3', 'Importing: 1 of 3', 'Importing: 3 of 3']);
    expect(waits).toEqual([500, 500]);
  });

  it('saves the rejected rows beside the file and answers 3', async () => {
    core = await playCore(importing({ ...DONE, rejected: 1, leads: 2 }));
    const { code, out } = await tendril(['import', 'leads.csv', '--map', 'map.json']);
    expect(code).toBe(3);
    expect(await readFile(join(folder, 'leads.rejects.csv'), 'utf8')).toBe(REJECTS);
    expect(out[1]).toContain(join(folder, 'leads.rejects.csv'));
  });

  it('prints one JSON object with --json, and nothing else', async () => {
    core = await playCore(importing({ done: 1 }, DONE));
    const { out, err } = await tendril(['import', 'leads.csv', '--map', 'map.json', '--json']);
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([expect.objectContaining({ state: 'done', leads: 3 })]);
    expect(err).toBe('');
  });

  it('sends a ready map by its name', async () => {
    let sent: unknown;
    core = await playCore({
      ...importing(DONE),
      'POST /v1/imports': ({ body }) => {
        sent = JSON.parse(body);
        return { status: 201, json: { id: 'i1' } };
      },
    });
    await tendril(['import', 'leads.csv', '--map', 'hubspot']);
    expect(sent).toMatchObject({ map: { source: 'hubspot' } });
  });

  it('passes on what the core refuses: the sentence and the hint', async () => {
    const problem = { status: 400, code: 'import-map-invalid', detail: 'The import map is wrong at lead', hint: 'Add "lead".' };
    core = await playCore({ 'POST /v1/imports': () => ({ status: 400, json: problem }) });
    const { code, err } = await tendril(['import', 'leads.csv', '--map', 'map.json']);
    expect([code, err]).toEqual([1, 'The import map is wrong at lead\nAdd "lead".']);
    const asJson = await tendril(['import', 'leads.csv', '--map', 'map.json', '--json']);
    expect(JSON.parse(asJson.out[0] ?? '')).toEqual({ error: { code: problem.code, message: problem.detail, hint: problem.hint } });
  });

  it('says what stopped an import, and keeps the rejects that there were', async () => {
    core = await playCore(importing({ state: 'failed', done: 2, rejected: 1, message: 'a quote never closes' }));
    const { code, err } = await tendril(['import', 'leads.csv', '--map', 'map.json']);
    expect(code).toBe(1);
    expect(err).toContain('stopped after 2 rows: a quote never closes');
    expect(await readFile(join(folder, 'leads.rejects.csv'), 'utf8')).toBe(REJECTS);
  });

  it.each([
    [['import', 'nothing.csv', '--map', 'map.json'], 'There is no file "nothing.csv"'],
    [['import', 'leads.csv', '--map', 'nothing.json'], 'There is no map "nothing.json"'],
    [['import', 'leads.csv', '--map', 'leads.csv'], 'is not JSON'],
    [['import', 'leads.csv', '--map', 'map.json', '--url', 'not a url'], 'is not the address of a core'],
  ])('refuses %j before it calls anybody', async (args, words) => {
    core = await playCore({});
    const { code, err } = await tendril(args);
    expect([code, core.calls]).toEqual([1, []]);
    expect(err).toContain(words);
  });

  it('says how to start a core that does not answer', async () => {
    core = await playCore({});
    const { url } = core;
    await core.close();
    const { code, err } = await tendril(['import', 'leads.csv', '--map', 'map.json', '--url', url]);
    expect(code).toBe(1);
    expect(err).toMatch(/^No Tendril core answers at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)\nStart one with "npm start"/);
  });

  it('notices that something else answers at that address', async () => {
    core = await playCore({ 'POST /v1/imports': () => ({ status: 200, text: '<html>' }) });
    const { err } = await tendril(['import', 'leads.csv', '--map', 'map.json']);
    expect(err).toContain('does not speak as a Tendril core');
  });
});

describe('tendril evaluate', () => {
  it('takes the key that an embedded core left in its folder', async () => {
    let key: string | undefined;
    core = await playCore({
      'POST /v1/evaluate': ({ headers }) => {
        key = headers.authorization;
        return { status: 200, json: { evaluated: { leads: 9240, transitions: 7, planned: 1 }, dispatched: { gated: 3, accepted: 2, held: 0, ended: 1, rejected: 0, unknown: 0 } } };
      },
    });
    await mkdir(join(folder, '.tendril'));
    await writeFile(join(folder, '.tendril', 'admin-key'), 'embedded\n');
    expect(await tendril(['evaluate'], {})).toMatchObject({ code: 0, out: ['9,240 leads evaluated, 1 touchpoint planned; of what was due: 2 accepted, 1 ended.'] });
    expect(key).toBe('Bearer embedded');
  });

  it('says where a key comes from when there is none', async () => {
    expect((await tendril(['evaluate'], {})).err).toContain('Set TENDRIL_KEY');
  });
});

describe('tendril rules check', () => {
  it('prints each problem as file:line:column with the remedy, and answers 1', async () => {
    await mkdir(join(folder, 'rules', 'segments'), { recursive: true });
    await writeFile(join(folder, 'rules', 'segments', 'a.json'), '{ "id": "segments/a", "version": 1,, }');
    const { code, out } = await tendril(['rules', 'check']);
    expect(code).toBe(1);
    expect(out.some((line) => /^rules\/segments\/a\.json:1:\d+: error: /.test(line))).toBe(true);
    expect(out.at(-1)).toMatch(/^1 files in rules: \d+ errors, no warnings\.$/);
    expect(JSON.parse((await tendril(['rules', 'check', '--json'])).out[0] ?? '')).toMatchObject({ ok: false });
  });

  it('answers 0 for rules that are in order', async () => {
    const sound = new URL('../../../rules', import.meta.url).pathname;
    expect((await tendril(['rules', 'check', sound])).code).toBe(0);
  });

  it('says so when there is no such folder', async () => {
    expect((await tendril(['rules', 'check', 'nowhere'])).code).toBe(1);
  });
});

describe('tendril', () => {
  it('knows its version and explains itself', async () => {
    expect((await tendril(['--version'])).out).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
    const help = await tendril(['help']);
    expect([help.code, help.out.join('\n')]).toEqual([0, expect.stringContaining('Exit codes')]);
  });

  it('lists the commands for rules as authors need them, each with JSON for machines', async () => {
    const help = (await tendril(['rules', '--help'])).out.join('\n').split('Commands:')[1] ?? '';
    const commands = [...help.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
    expect(commands).toEqual(['new', 'check', 'test', 'plan', 'explain', 'fix', 'retire', 'docs', 'baseline', 'activate', 'rollback', 'help']);
    for (const command of commands.slice(0, -1)) expect([command, (await tendril(['rules', command, '--help'])).out.join('\n')]).toEqual([command, expect.stringContaining('--json')]);
  });

  it('answers 2 to a command that it does not know, and guesses', async () => {
    const { code, err } = await tendril(['imprt']);
    expect([code, err]).toEqual([2, expect.stringContaining('import')]);
  });
});
