export { createLogger, NestLog, type Logger } from './logger.js';
