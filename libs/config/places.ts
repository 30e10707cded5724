import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Files and folders of the embedded servers, below one data folder. */
export interface Places {
  readonly dataDir: string;
  /** Kafka's data and properties (its jars lie apart, see `kafkaJars`). */
  readonly kafka: string;
  readonly postgres: string;
  readonly logs: string;
  /** One file for each running process, so that a later start finds what a crash left behind. */
  readonly run: string;
  /** Password of the embedded Postgres, readable by its owner only. */
  readonly postgresPassword: string;
  /** Token of the API under `npm start`, readable by its owner only. */
  readonly apiToken: string;
  /** Key of the local issuer, readable by its owner only. */
  readonly localIssuerKey: string;
}

/** The project's folder: the nearest one above this file that holds package.json, in the sources as in dist. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder)
      throw new Error(`No package.json above ${import.meta.dirname}: the project is not whole.`);
    folder = dirname(folder);
  }
  return folder;
}

/** Folder of the embedded Kafka's jars. One for the project whatever the data folder, since it holds downloads only. */
export function kafkaJars(): string {
  return join(projectRoot(), '.spendline', 'kafka', 'libs');
}

/** The places below a data folder; a relative one is meant from the project's folder. */
export function placesIn(dataDir: string): Places {
  const root = resolve(projectRoot(), dataDir);
  return {
    dataDir: root,
    kafka: join(root, 'kafka'),
    postgres: join(root, 'postgres'),
    logs: join(root, 'logs'),
    run: join(root, 'run'),
    postgresPassword: join(root, 'postgres-password'),
    apiToken: join(root, 'api-token'),
    localIssuerKey: join(root, 'local-issuer-key.json'),
  };
}

/** Connection URL of the embedded Postgres; undefined before its first start, when there is no password yet. */
export function embeddedDatabaseUrl(places: Places, port: number): string | undefined {
  const password = existsSync(places.postgresPassword) ? readFileSync(places.postgresPassword, 'utf8').trim() : '';
  return password === '' ? undefined : `postgres://spendline:${password}@127.0.0.1:${port}/spendline`;
}
