export * from './send-signal.js';
export * from './alertmanager-silences.js';
