import type { LoggerService } from '@nestjs/common';
import pino from 'pino';

/** Structured log lines on standard output, one JSON object each. */
export type Logger = pino.Logger;

/** Fields that could hold a secret are never written, wherever they stand in a log line. */
const SECRETS = ['password', 'token', 'secret', 'authorization', 'sasl', 'databaseUrl'];

/** A logger that names the process; `level` is one of pino's. */
export function createLogger(name: string, level: string): Logger {
  return pino({
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
  });
}

/** Nest's own messages through the same logger; what Nest says at start-up is for debugging only. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown): void {
    this.logger.debug({ from: 'nest' }, String(message));
  }

  error(message: unknown, ...details: unknown[]): void {
    this.logger.error({ from: 'nest', details }, String(message));
  }

  warn(message: unknown): void {
    this.logger.warn({ from: 'nest' }, String(message));
  }

  debug(message: unknown): void {
    this.logger.debug({ from: 'nest' }, String(message));
  }

  verbose(message: unknown): void {
    this.logger.trace({ from: 'nest' }, String(message));
  }

  fatal(message: unknown): void {
    this.logger.fatal({ from: 'nest' }, String(message));
  }
}
