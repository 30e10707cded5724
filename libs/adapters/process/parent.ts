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
