import { fileURLToPath } from 'node:url';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { World } from '@tendril/flows';
import { ManualClock } from '@tendril/kernel';
import { addKey, type BrowserKey } from '@tendril/store';
import { openTestStore } from '@tendril/store/testing';
import { createApp } from '../src/boot/create-app.ts';
import { newKey, type Scope } from '../src/boot/keys.ts';
import { openWorld } from '../src/boot/open-world.ts';
import { Ticks } from '../src/ticks.ts';
import { readSettings, type Settings } from '../src/boot/settings.ts';

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A core on a fresh database, with everything but the port and the schedule: time stands until the test moves it. */
export interface CoreUnderTest {
  readonly app: NestFastifyApplication;
  readonly world: World;
  readonly clock: ManualClock;
  readonly settings: Settings;
  readonly adminKey: string;
  /** One request; the body is sent as JSON unless it is a text. */
  call(method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS', url: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Waits for what the core began by itself after a request. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The body as JSON, undefined when it is none. Tests know its shape. */
  readonly json: never;
}

export interface CoreParts {
  /** Path from the repository's root; the sample company's rules when absent. */
  readonly rules?: string;
  readonly at?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly redirect?: Readonly<Record<string, string>>;
  readonly deadline?: () => AbortSignal;
}

export async function coreUnderTest({ rules = 'rules', at = '2026-03-02T09:00:00Z', environment = {}, redirect, deadline }: CoreParts = {}): Promise<CoreUnderTest> {
  const clock = new ManualClock(at);
  const settings = readSettings({ TENDRIL_RULES: rules, TENDRIL_PUBLIC_URL: 'https://tendril.example', ...environment }, ROOT);
  const store = await openTestStore();
  const parts = { clock, log: () => undefined, store, ...(redirect ? { redirect } : {}), ...(deadline ? { deadline } : {}) };
  const world = await openWorld(settings, environment, parts).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const app = await createApp(world, settings);
  const adminKey = await addKeyFor(world, ['admin']);
  return {
    app,
    world,
    clock,
    settings,
    adminKey,
    call: async (method, url, body, headers = {}) => {
      const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
      const reply = await app.inject({
        method,
        url,
        headers: { authorization: `Bearer ${adminKey}`, ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(text === undefined ? {} : { payload: text }),
      });
      return { status: reply.statusCode, headers: reply.headers, text: reply.body, json: parsed(reply.body) as never };
    },
    settled: () => app.get(Ticks).settled(),
    close: async () => {
      await app.close();
      await store.close();
    },
  };
}

/** A further key with just these scopes. */
export async function addKeyFor(world: World, scopes: readonly Scope[]): Promise<string> {
  const { text, stored } = newKey(scopes.join(' '), scopes);
  await addKey(world.store.db, stored, world.clock.now());
  return text;
}

/** A key for the pages of a site. */
export async function addBrowserKey(world: World, browser: BrowserKey): Promise<string> {
  const { text, stored } = newKey('website', [], browser);
  await addKey(world.store.db, stored, world.clock.now());
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
