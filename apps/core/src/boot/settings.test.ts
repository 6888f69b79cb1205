import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@tendril/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseFolder, readSettings, variable } from './settings.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
  writeFileSync(join(folder, 'url'), 'postgres://app:secret@db/tendril\n');
  writeFileSync(join(folder, 'empty'), '\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

function refusal(environment: Readonly<Record<string, string>>): AppError {
  try {
    readSettings(environment, '/srv');
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  return expect.fail('these settings were taken');
}

describe('readSettings', () => {
  it('has a default for everything', () => {
    const settings = readSettings({}, '/srv/tendril');
    expect(settings).toEqual({
      port: 3000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      dataFolder: '/srv/tendril/.tendril',
      rulesFolder: '/srv/tendril/rules',
      publicUrl: 'http://localhost:3000',
      sample: true,
      webhooksPrivate: false,
      tickMs: 1000,
      drainMs: 0,
      restoredAt: undefined,
    });
    expect(databaseFolder(settings)).toBe('/srv/tendril/.tendril/database');
  });

  it('takes what the environment says', () => {
    const environment = { PORT: '0', DATABASE_URL: 'postgresql://db/x', TENDRIL_DATA: '/data', TENDRIL_RULES: 'ours', TENDRIL_PUBLIC_URL: 'https://t.example/at/', TENDRIL_SAMPLE: 'off', TENDRIL_TICK_MS: '250', TENDRIL_DRAIN_MS: '5000', TENDRIL_RESTORED: '2026-11-22T09:30:00+01:00' };
    expect(readSettings(environment, '/srv')).toMatchObject({
      port: 0,
      databaseUrl: 'postgresql://db/x',
      dataFolder: '/data',
      rulesFolder: '/srv/ours',
      publicUrl: 'https://t.example/at',
      sample: false,
      tickMs: 250,
      drainMs: 5000,
      restoredAt: new Date('2026-11-22T08:30:00Z'),
    });
  });

  it('reads a variable out of the file that NAME_FILE names; the variable itself counts more', () => {
    const file = { DATABASE_URL_FILE: join(folder, 'url') };
    expect(readSettings(file, '/srv').databaseUrl).toBe('postgres://app:secret@db/tendril');
    expect(readSettings({ ...file, DATABASE_URL: 'postgres://db/other' }, '/srv').databaseUrl).toBe('postgres://db/other');
    expect(readSettings({ DATABASE_URL_FILE: join(folder, 'empty') }, '/srv').databaseUrl).toBeUndefined();
    expect(refusal({ PORT_FILE: join(folder, 'none') }).message).toContain('PORT_FILE names a file that cannot be read');
  });

  it('counts empty as not set', () => {
    expect(readSettings({ PORT: '', DATABASE_URL: '' }, '/srv')).toMatchObject({ port: 3000, databaseUrl: undefined });
    expect(variable({ KEY: '' }, 'KEY')).toBeUndefined();
  });

  it.each([
    [{ PORT: 'http' }, 'PORT must be a number'],
    [{ PORT: '70000' }, 'PORT'],
    [{ PORT: '80.5' }, 'PORT'],
    [{ DATABASE_URL: 'mysql://db/x' }, 'DATABASE_URL must begin with postgres://'],
    [{ TENDRIL_PUBLIC_URL: 'tendril.example' }, 'TENDRIL_PUBLIC_URL must be a URL'],
    [{ TENDRIL_PUBLIC_URL: 'localhost:3000' }, 'TENDRIL_PUBLIC_URL must be a URL'],
    [{ TENDRIL_SAMPLE: 'yes' }, 'TENDRIL_SAMPLE must be on or off'],
    [{ TENDRIL_TICK_MS: '1' }, 'TENDRIL_TICK_MS'],
    [{ TENDRIL_RESTORED: 'yesterday' }, 'TENDRIL_RESTORED must be the moment of the restore'],
  ])('refuses %j and names the variable', (environment, words) => {
    const { code, message, hint } = refusal(environment);
    expect(code).toBe('settings-invalid');
    expect(message).toContain(words);
    expect(hint).toContain('start again');
  });

  it('names all that is wrong at once', () => {
    expect(refusal({ PORT: 'x', TENDRIL_SAMPLE: 'x' }).message).toMatch(/PORT.*; TENDRIL_SAMPLE/);
  });
});
