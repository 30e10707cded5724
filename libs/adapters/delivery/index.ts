export * from './send-signal.js';
