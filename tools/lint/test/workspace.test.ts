import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CONNECTORS_MAY_IMPORT, LAW } from '../law.mjs';
import { importCycles } from './import-cycles.ts';
import { atLeast, installed, type Lock, missingPackages } from './lockfile.ts';

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly nx?: { readonly tags?: readonly string[] };
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const readJson = <T>(file: string): T => JSON.parse(readFileSync(join(root, file), 'utf8')) as T;

const rootPackage = readJson<PackageJson>('package.json');
const { packages: lock } = readJson<{ packages: Lock }>('package-lock.json');
const workspaces = globSync('{apps,libs,connectors,tools}/*/package.json', { cwd: root }).map((file) => ({
  folder: file.slice(0, file.lastIndexOf('/')),
  content: readJson<PackageJson>(file),
}));
const declared = ({ dependencies, devDependencies, optionalDependencies }: PackageJson) => ({ ...dependencies, ...devDependencies, ...optionalDependencies });

describe('dependencies', () => {
  it('are pinned to one version each', () => {
    const overrides = Object.entries(rootPackage.overrides ?? {}).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
    const all = [rootPackage, ...workspaces.map(({ content }) => content)].flatMap((content) => Object.entries(declared(content)));
    expect([...all, ...overrides].filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('are the same version wherever two packages use one', () => {
    const versions = new Map<string, Set<string>>();
    for (const content of [rootPackage, ...workspaces.map((one) => one.content)]) {
      for (const [name, version] of Object.entries(declared(content))) versions.set(name, (versions.get(name) ?? new Set()).add(version));
    }
    expect([...versions].filter(([, found]) => found.size > 1)).toEqual([]);
  });

  it('of one package on another name the version that stands here, so that npm links it and fetches nothing', () => {
    const here = new Map(workspaces.map(({ content }) => [content.name, content.version]));
    const all = workspaces.flatMap(({ folder, content }) => Object.entries(declared(content)).map(([name, version]) => ({ folder, name, version })));
    expect(all.filter(({ name, version }) => name.startsWith('@tendril/') && here.get(name) !== version)).toEqual([]);
  });

  it('run no install script that package.json does not name under allowScripts', () => {
    const scripted = Object.entries(lock).filter(([, entry]) => entry.hasInstallScript);
    const names = scripted.map(([folder]) => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(names.filter((name) => !(name in (rootPackage.allowScripts ?? {})))).toEqual([]);
  });
});

describe('the lockfile', () => {
  it('is whole', () => {
    expect(missingPackages(lock)).toEqual([]);
  });

  it('knows a whole one from one that lacks a package', () => {
    const nested: Lock = {
      'libs/a': { dependencies: { b: '1.0.0' } },
      'node_modules/b': { version: '1.0.0', optionalDependencies: { 'b-linux': '1.0.0', 'b-darwin': '1.0.0' } },
      'node_modules/b/node_modules/b-linux': { version: '1.0.0' },
    };
    expect(missingPackages(nested)).toEqual(['node_modules/b needs b-darwin']);
  });

  it('names no registry', () => {
    expect(Object.entries(lock).filter(([, { resolved }]) => resolved?.includes('://'))).toEqual([]);
  });

  // The floors come from published advisories: template injection, SQL injection, address parsing, deep JSON, code in JSONPath.
  it.each([
    ['handlebars', '4.7.10', 'CVE-2026-33937, CVE-2026-106446'],
    ['@mikro-orm/core', '7.1.7', 'CVE-2026-34220, -34221, -84993'],
    ['nodemailer', '10.4.1', 'CVE-2026-125755'],
    ['@nestjs/core', '12.0.2', 'CVE-2026-102281, CVE-2026-35515'],
    ['json-rules-engine', '7.3.1', 'CVE-2024-21534'],
    ['jsonpath-plus', '10.3.0', 'CVE-2025-1302'],
  ])('holds %s at %s or above (%s)', (name, floor) => {
    expect(installed(lock, name).filter(({ version }) => !atLeast(version, floor))).toEqual([]);
  });

  it('compares versions as numbers', () => {
    expect([atLeast('4.7.10', '4.7.9'), atLeast('10.0.0', '9.9.9'), atLeast('4.7.10', '4.7.10')]).toEqual([true, true, true]);
    expect([atLeast('4.7.9', '4.7.10'), atLeast('3.9.9', '4.0.0'), atLeast('4.7.10-rc.1', '4.7.10')]).toEqual([false, false, false]);
  });
});

describe('the layout', () => {
  it('keeps the top level to what belongs there', () => {
    const allowed = ['apps', 'libs', 'connectors', 'rules', 'tools', 'nx.json', 'package.json', 'tsconfig.base.json', 'jest.preset.js', 'README.md'];
    const forced = ['LICENSE', 'package-lock.json', 'tsconfig.json', 'node_modules'];
    const made = ['dist', 'outbox', 'coverage'];
    const found = readdirSync(root).filter((name) => !name.startsWith('.'));
    expect(found.filter((name) => ![...allowed, ...forced, ...made].includes(name))).toEqual([]);
  });

  it('tags every package, so that the law applies to it', () => {
    const expected = (folder: string) => {
      const [place, name] = folder.split('/');
      if (place === 'libs') return ['kind:room', `room:${name}`];
      if (folder === 'tools/bench') return ['kind:harness'];
      return [{ apps: 'kind:app', connectors: 'kind:connector', tools: 'kind:tool' }[place ?? '']];
    };
    expect(workspaces.filter(({ folder, content }) => content.nx?.tags?.join() !== expected(folder).join()).map(({ folder }) => folder)).toEqual([]);
  });

  it('has a line of the law for every room, and a room for every line', () => {
    const rooms = workspaces.filter(({ folder }) => folder.startsWith('libs/')).map(({ folder }) => folder.slice('libs/'.length));
    expect(Object.keys(LAW).sort()).toEqual(rooms.sort());
  });

  it('never lets the law turn back: what a room imports was there before it', () => {
    const order = Object.keys(LAW);
    const backwards = Object.entries(LAW).flatMap(([room, rooms]) => rooms.filter((other) => order.indexOf(other) >= order.indexOf(room)).map((other) => `${room} → ${other}`));
    expect(backwards).toEqual([]);
  });

  it('declares in no package.json what the law forbids to import', () => {
    const allowed = (folder: string) => (folder.startsWith('connectors/') ? CONNECTORS_MAY_IMPORT : LAW[folder.slice('libs/'.length)]);
    const broken = workspaces.flatMap(({ folder, content }) =>
      Object.keys(declared(content))
        .filter((name) => name.startsWith('@tendril/') && allowed(folder)?.includes(name.slice('@tendril/'.length)) === false)
        .map((name) => `${folder} → ${name}`),
    );
    expect(broken).toEqual([]);
  });
});

describe('import cycles', () => {
  it('are none', () => {
    expect(importCycles(globSync('{apps,libs,connectors,tools}/*/src/**/*.ts', { cwd: root }).map((file) => join(root, file)))).toEqual([]);
  });

  it('are found where files load each other, not where one borrows a type', () => {
    const texts: Record<string, string> = {
      'a.ts': "import { b } from './b.ts';",
      'b.ts': "export { c } from './c.ts';",
      'c.ts': "import { a } from './a.ts';",
      'd.ts': "import type { a } from './e.ts';",
      'e.ts': "import { d } from './d.ts';",
    };
    expect(importCycles(Object.keys(texts), (file) => texts[file] ?? '')).toEqual(['a.ts → b.ts → c.ts → a.ts']);
  });
});
