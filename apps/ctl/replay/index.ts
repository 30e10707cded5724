export { registerReplay } from './replay-command.js';
