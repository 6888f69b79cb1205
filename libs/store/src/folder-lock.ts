import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '@tendril/kernel';

/** A folder that this process alone may open. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Locks an embedded database's folder with a file beside it that holds the process id. Two processes on one PGlite folder
 * see no error and lose rows, so the second one is refused. A lock whose process is gone is taken over.
 *
 * @throws AppError `folder-in-use`
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const file = `${folder.replace(/[/\\]+$/, '')}.lock`;
  await mkdir(dirname(file), { recursive: true });
  if (!(await create(file))) {
    const holder = Number(await readFile(file, 'utf8').catch(() => ''));
    if (isAlive(holder)) throw inUse(folder, file, holder);
    await rm(file, { force: true });
    if (!(await create(file))) throw inUse(folder, file, holder);
  }
  return { release: () => rm(file, { force: true }) };
}

async function create(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Our own id in the file is a leftover: in a container every start may have the same one. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function inUse(folder: string, file: string, holder: number): AppError {
  return new AppError('folder-in-use', `The embedded database in ${folder} is already open in process ${holder}`, {
    hint: `Stop that process, or set DATABASE_URL to a PostgreSQL, which many processes can share. If no Tendril runs, delete ${file}.`,
  });
}
