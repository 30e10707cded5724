export { onParentGone } from './parent.js';
export { stopGracefully, type StopOptions, type StopReason } from './stop.js';
