/**
 * How our programs are started. They share a machine with a broker and a database. Two cores: garbage is collected on the
 * thread that made it, and only what is called very often is compiled to the quickest code (from six times as much work on
 * as by V8's own measure; that compiled 800 functions in the first million events, with a sixth of all processor time). Its
 * memory: collected when the heap has grown by half and not, as V8 does with that much memory free, to several times.
 */
export const ENGINE_FLAGS: readonly string[] = [
  '--single-threaded-gc',
  '--interrupt-budget=400000',
  '--max-semi-space-size=4',
  '--heap-growing-percent=50',
];

/**
 * Environment for glibc's allocator, where that is what Node uses: what takes 256 KiB or more comes from the system and goes
 * back to it. Left to itself it keeps what large buffers leave behind, once it has seen that they come and go.
 */
export const ALLOCATOR_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '262144',
  MALLOC_TRIM_THRESHOLD_: '262144',
};
