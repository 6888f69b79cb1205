import { openConnector, type OpenConnector } from '@tendril/connector-kit';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

import { outboxFile } from './outbox-file.ts';

const mail = {
  id: '9f86d081884c7d65',
  channel: 'email',
  to: 'ana@example.org',
  content: { subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' },
  unsubscribeUrl: 'https://tendril.example/u/1',
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outbox-file-'));
});

function open(into: string): OpenConnector {
  return openConnector(outboxFile, { settings: { folder: into }, clock: { now: () => new Date('2026-11-21T09:00:00Z') }, log: () => undefined });
}

describe('outbox-file', () => {
  it('writes a record and a page to open, and leaves no half-written file', async () => {
    expect(await open(folder).deliver([mail])).toEqual([{ state: 'accepted', ref: '9f86d081884c7d65.json' }]);
    expect(readdirSync(folder).sort()).toEqual(['9f86d081884c7d65.html', '9f86d081884c7d65.json']);
    expect(JSON.parse(readFileSync(join(folder, '9f86d081884c7d65.json'), 'utf8'))).toEqual({ ...mail, at: '2026-11-21T09:00:00.000Z' });
    expect(readFileSync(join(folder, '9f86d081884c7d65.html'), 'utf8')).toBe('<p>Hello</p>');
  });

  it('writes a text for channels without HTML', async () => {
    await open(folder).deliver([{ id: 'abcdef01', channel: 'sms', to: '+4915112345678', content: { text: 'Hello' } }]);
    expect(readFileSync(join(folder, 'abcdef01.txt'), 'utf8')).toBe('Hello\n');
  });

  it('makes the folder when it is missing', async () => {
    const missing = join(folder, 'a', 'b');
    await open(missing).deliver([mail]);
    expect(readdirSync(missing)).toHaveLength(2);
  });

  it.each(['../9f86d081', '9f86d081/../../x', '', '9F86D081', '9f86d081.json'])('refuses the id "%s", which could name another file', async (id) => {
    expect(await open(folder).deliver([{ ...mail, id }])).toMatchObject([{ state: 'rejected', reason: 'other' }]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says what to do when the folder cannot be written', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const outbox = open(join(file, 'outbox'));
    expect(await outbox.deliver([mail])).toMatchObject([{ state: 'retry', reason: 'configuration', message: expect.stringContaining('rules/connectors.json') }]);
    expect(await outbox.check()).toMatchObject({ ok: false, message: expect.stringContaining(file) });
  });

  it('tells where it writes', async () => {
    expect(await open(folder).check()).toEqual({ ok: true, message: `messages are written to ${folder}` });
  });
});
