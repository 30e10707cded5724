export * from './largest-remainder.js';
export * from './rate-book.js';
export * from './rate-contact.js';
export * from './rate-paid-time.js';
export * from './exact-price.js';
