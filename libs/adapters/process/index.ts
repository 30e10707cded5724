export { isSameProcess, processIdentity } from './identity.js';
export { processMarks, type ProcessMarks } from './marks.js';
export { isPortFree, portHolder } from './ports.js';
export { stopGracefully, type StopOptions, type StopReason } from './stop.js';
