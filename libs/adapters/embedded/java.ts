import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The oldest Java that Kafka 4 runs on. */
export const OLDEST_JAVA = 17;

/** A Java found on this machine. */
export interface Java {
  readonly command: string;
  /** Feature release, such as 17. */
  readonly version: number;
}

/** The Java of JAVA_HOME, else of the PATH; undefined when there is none that runs. */
export async function findJava(javaHome: string | undefined): Promise<Java | undefined> {
  const command = javaHome ? join(javaHome, 'bin', 'java') : 'java';
  try {
    const { stdout, stderr } = await promisify(execFile)(command, ['-version']);
    const version = featureRelease(stdout + stderr);
    return version === undefined ? undefined : { command, version };
  } catch {
    return undefined;
  }
}

/** The feature release out of `java -version`: 17 of "17.0.15", 8 of "1.8.0_392". */
export function featureRelease(output: string): number | undefined {
  const [, major, minor] = /version "(\d+)(?:\.(\d+))?/.exec(output) ?? [];
  if (major === undefined) return undefined;
  return Number(major === '1' && minor !== undefined ? minor : major);
}
