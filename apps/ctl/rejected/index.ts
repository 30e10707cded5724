export { registerRejected } from './rejected-command.js';
