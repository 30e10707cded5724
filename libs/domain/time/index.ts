export * from './calendar.js';
export * from './duration.js';
export * from './fixed-offset-calendar.js';
export * from './rfc3339.js';
