export * from './zoned-calendar.js';
