import 'reflect-metadata';
import { ActiveRulebook, compileRulebook, ConnectorSet, type World } from '@tendril/flows';
import { idsFrom, sha256, systemClock } from '@tendril/kernel';
import { readRuleFolder } from '@tendril/rulebook';
import { openEmptyStore } from '@tendril/store/testing';
import { createApp } from '../src/boot/create-app.ts';
import { readSettings } from '../src/boot/settings.ts';
import { ROOT } from './core-under-test.ts';

// The core's HTTP server with the rules of TENDRIL_RULES, over a database that answers every question at once with nothing, except which key
// this is: what a request costs besides the database. `npm run bench -- ingest` starts it as a process.

const [, id = '', secret = ''] = /^tdl_(\w+?)_(.+)$/.exec(process.env['BENCH_KEY'] ?? '') ?? [];
const key = { id, hash: sha256(secret), name: 'bench', scopes: ['admin'] };

const settings = readSettings(process.env, ROOT);
const active = compileRulebook({ files: await readRuleFolder(settings.rulesFolder), gitRevision: null });

class FixedRulebook extends ActiveRulebook {
  override read(): Promise<typeof active> {
    return Promise.resolve(active);
  }
}

const log: World['log'] = (message) => void process.stderr.write(`${message}\n`);
const world: World = {
  store: openEmptyStore((text) => (text.includes('"api_key"') ? [key] : [])),
  clock: systemClock,
  newId: idsFrom(systemClock),
  rulebook: new FixedRulebook(),
  connectors: new ConnectorSet({ importPackage: (name) => import(name), variable: () => undefined, clock: systemClock, log }),
  publicUrl: settings.publicUrl,
  secret: 'bench',
  log,
};
const app = await createApp(world, settings);
await app.listen(0, '127.0.0.1');
const address = app.getHttpServer().address();
process.stdout.write(`http://localhost:${typeof address === 'object' && address !== null ? address.port : ''}\n`);
