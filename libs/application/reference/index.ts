export * from './build-reference.js';
export * from './convert-wire.js';
export * from './defaults.js';
export * from './entry.js';
export * from './apply-reference.js';
export * from './diff.js';
export { readReferenceFile, type FileResult } from './read-file.js';
export * from './store.js';
export { printFault, type FileFault } from './yaml-document.js';
