/** How Ctrl-C reaches a command. */
export interface Interrupt {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Set while the command ends by itself soon after `signal`; otherwise the first signal ends the process at once. */
  graceful: boolean;
  /** Called at SIGHUP where it is set, which then is no interrupt. */
  reload: (() => void) | null;
}
