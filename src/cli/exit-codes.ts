/** CONTRACT: what the exit code tells the caller. */
export const exitCodes = { done: 0, inputOutput: 1, usage: 2, safetyStop: 3, interrupted: 130 } as const;
