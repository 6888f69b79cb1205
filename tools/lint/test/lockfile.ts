/** What package-lock.json (version 3) says of one package; the keys of the whole are folders, '' being the root. */
export interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export type Lock = Readonly<Record<string, LockEntry>>;

/** Whether Node, starting in this folder and climbing, would meet the package in a tree laid out by this lockfile. */
function resolves(lock: Lock, folder: string, name: string): boolean {
  if (lock[`${folder}${folder && '/'}node_modules/${name}`]) return true;
  if (folder === '') return false;
  const cut = folder.lastIndexOf('/node_modules/');
  return resolves(lock, cut < 0 ? '' : folder.slice(0, cut), name);
}

/**
 * Packages that the lockfile needs and lacks, as "folder needs name". npm writes such a lockfile without complaint when a
 * platform's binary is missing from the registry, and `npm ci` refuses it later, on another machine.
 */
export function missingPackages(lock: Lock): string[] {
  return Object.entries(lock).flatMap(([folder, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      .filter((name) => !resolves(lock, folder, name))
      .map((name) => `${folder || 'the root'} needs ${name}`),
  );
}

/** Every installed version of a package, with its folder. */
export function installed(lock: Lock, name: string): { folder: string; version: string }[] {
  return Object.entries(lock).flatMap(([folder, { version }]) =>
    version && (folder === `node_modules/${name}` || folder.endsWith(`/node_modules/${name}`)) ? [{ folder, version }] : [],
  );
}

/** Whether a version is the floor or above it. Pre-releases count as below their release, the safe side. */
export function atLeast(version: string, floor: string): boolean {
  const [release = '', preRelease] = version.split('-', 2);
  const has = release.split('.').map(Number);
  const needs = floor.split('.').map(Number);
  const at = needs.findIndex((part, place) => has[place] !== part);
  return at === -1 ? preRelease === undefined : (has[at] ?? 0) > (needs[at] ?? 0);
}
