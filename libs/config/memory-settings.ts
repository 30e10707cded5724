/**
 * How our programs are started. They share a machine with a broker and a database. Two cores: garbage is collected on the
 * thread that made it. Its memory: collected when the heap has grown by half and not, as V8 does with that much memory
 * free, to several times.
 */
export const COLLECTOR_FLAGS: readonly string[] = [
  '--single-threaded-gc',
  '--max-semi-space-size=8',
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
