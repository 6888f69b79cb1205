import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import { APP_FILTER, APP_PIPE, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { IntakeEvent } from '@tendril/events';
import { dispatchAll, evaluateAll, takeIn, type World } from '@tendril/flows';
import { ManualClock } from '@tendril/kernel';
import { searchTouchpoints, type TouchpointView } from '@tendril/store';
import { openTestStore } from '@tendril/store/testing';
import { openWorld } from '../src/boot/open-world.ts';
import { readSettings, type Settings } from '../src/boot/settings.ts';
import { ProblemDetails } from '../src/http/problem-details.ts';
import { validate } from '../src/http/validate.ts';
import { SETTINGS, WORLD } from '../src/world-token.ts';
import { ROOT } from './core-under-test.ts';

/** The sample rules with two leads: Ana, whose name is an attack, was mailed a welcome; Ben gave no consent, so he was not. */
export interface MailedCompany {
  readonly world: World;
  readonly settings: Settings;
  /** Where the messages are. */
  readonly outbox: string;
  readonly sent: TouchpointView;
  readonly unsent: TouchpointView;
  /** These controllers alone, over HTTP. */
  serve(controllers: readonly Type[], settings?: Settings): Promise<NestFastifyApplication>;
  close(): Promise<void>;
}

/** What Ana says that her name is. */
export const ATTACK = `<script>alert("1")</script><img src=x onerror='alert(2)'>`;

const AT = new Date('2026-03-02T09:00:00Z');

export async function mailedCompany(): Promise<MailedCompany> {
  const folder = await mkdtemp(join(tmpdir(), 'mailed-company-'));
  const outbox = join(folder, 'outbox');
  await writeRules(join(folder, 'rules'), outbox);
  const settings = readSettings({ TENDRIL_RULES: 'rules' }, folder);
  const store = await openTestStore();
  const opened = await openWorld(settings, {}, { clock: new ManualClock(AT), log: () => undefined, store });
  const world: World = { ...opened, store: { ...store, kind: 'PGlite' } }; // the mailbox opens on the embedded database only
  await takeIn(world, [...signUp('ana', ATTACK), consent('ana'), ...signUp('ben', 'Ben')]);
  await evaluateAll(world);
  await dispatchAll(world);
  const [sent] = await searchTouchpoints(store.db, { state: 'accepted', limit: 2 });
  const [unsent] = await searchTouchpoints(store.db, { state: 'suppressed', limit: 2 });
  const apps: NestFastifyApplication[] = [];
  return {
    world,
    settings,
    outbox,
    sent: sent!,
    unsent: unsent!,
    serve: async (controllers, changed = settings) => {
      const app = await appOf(controllers, world, changed);
      apps.push(app);
      return app;
    },
    close: async () => {
      for (const app of apps) await app.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Nobody is in the holdout, which is drawn by the leads' ids. */
async function writeRules(folder: string, outbox: string): Promise<void> {
  await cp(join(ROOT, 'rules'), folder, { recursive: true });
  const connectors = [{ name: 'outbox', package: '@tendril/outbox-file', settings: { folder: outbox }, secrets: {} }];
  const company = { name: 'Small & Sons', postalAddress: '1 Street, Town', website: 'https://small.example' };
  const topics = { guides: { title: 'Guides' }, product: { title: 'Product' }, events: { title: 'Events' } };
  await writeFile(join(folder, 'connectors.json'), JSON.stringify({ connectors }));
  await writeFile(join(folder, 'policies.json'), JSON.stringify({ company, topics, holdout: { share: 0, salt: 'none' } }));
}

const event = (name: string, type: string, properties: IntakeEvent['properties']): IntakeEvent => ({
  source: 'test',
  key: `${name} ${type}`,
  type,
  at: AT.toISOString(),
  lead: { id: name, email: `${name}@small.example` },
  properties,
});

const signUp = (name: string, firstName: string): IntakeEvent[] => [
  event(name, 'lead_updated', { attributes: { firstName } }),
  event(name, 'form_submitted', { form: 'newsletter' }),
];

const consent = (name: string): IntakeEvent =>
  event(name, 'consent_changed', { channel: 'email', topic: 'guides', state: 'granted', basis: 'consent', wording: 'Yes', evidence: 'form' });

async function appOf(controllers: readonly Type[], world: World, settings: Settings): Promise<NestFastifyApplication> {
  const providers = [
    { provide: WORLD, useValue: world },
    { provide: SETTINGS, useValue: settings },
    { provide: APP_PIPE, useValue: validate },
    { provide: APP_FILTER, useClass: ProblemDetails },
  ];
  const root = { module: class Root {}, controllers: [...controllers], providers };
  const app = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), { logger: false, abortOnError: false });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}
