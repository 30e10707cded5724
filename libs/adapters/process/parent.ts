const LOOK_EVERY_MS = 500;

/**
 * Calls back once when the supervisor that started this process is gone, even by kill -9: its end of the IPC channel closes.
 * Does nothing for a process that was started otherwise, and does not keep the process alive.
 */
export function onParentGone(callback: () => void): void {
  if (process.channel === undefined) return;
  if (!process.connected) {
    callback();
    return;
  }
  process.once('disconnect', callback);
  process.channel.unref();
}

/**
 * Calls back once when the process that started this one has ended. For what runs under npm: npm puts a shell in between that
 * dies of a signal without passing it on. Does not keep the process alive.
 */
export function onOrphaned(callback: () => void): void {
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    callback();
  }, LOOK_EVERY_MS);
  look.unref();
}
