import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { UpConfig } from '#libs/config';
import { PidFiles } from '../up/pid-files.js';
import { plannedPorts, portFaults } from '../up/ports.js';
import { type Finding, missing, ok } from './finding.js';

const GIB = 1024 ** 3;
/** A day of the sample's traffic takes a fraction of this. */
const ENOUGH_DISK_BYTES = GIB;

/** Whether data can be written, and how much. */
export async function lookAtDisk({ places }: UpConfig): Promise<Finding[]> {
  let folder = places.dataDir;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const free = `${((bavail * bsize) / GIB).toFixed(1)} GiB free in ${folder}`;
  const space =
    bavail * bsize < ENOUGH_DISK_BYTES
      ? missing('Disk', `only ${free}: make room, or set SPENDLINE_DATA_DIR`)
      : ok('Disk', free);
  return [...space, ...writability(folder, places.dataDir)];
}

function writability(folder: string, dataDir: string): Finding[] {
  try {
    accessSync(folder, constants.W_OK);
    return ok('Data folder', dataDir);
  } catch {
    return missing('Data folder', `${folder} is not yours to write to: start as its owner, or set SPENDLINE_DATA_DIR`);
  }
}

/** Whether the ports are to be had, unless Spendline itself has them. */
export async function lookAtPorts(config: UpConfig): Promise<Finding[]> {
  const supervisor = new PidFiles(config.places.run).supervisor();
  if (supervisor !== undefined) return ok('Ports', `in use by Spendline, which is running (process ${supervisor})`);
  const planned = plannedPorts(config, true);
  const faults = await portFaults(planned);
  return faults.length === 0
    ? ok('Ports', `${planned.map(({ port }) => port).join(', ')} are free`)
    : faults.flatMap((fault) => missing('Ports', fault));
}
