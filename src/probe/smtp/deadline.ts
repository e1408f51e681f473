/**
 * Deadlines that are fair to the other side: when one passes, what has already arrived is read first. A process that was
 * stopped, or had no time, would else blame a server that answered long ago.
 */

/** Calls `passed` after so many milliseconds and a look at what has arrived; gives the function that calls it off. */
export function setDeadline(milliseconds: number, passed: () => void): () => void {
  let look: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // Timers that are due run before the sockets are read, immediates after it.
    look = setImmediate(passed);
  }, milliseconds);
  return () => {
    clearTimeout(timer);
    clearImmediate(look);
  };
}
