export * from './run-stage.js';
