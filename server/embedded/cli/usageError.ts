/** A command that was written wrongly or cannot be done now; `message` is one sentence that is printed as it is. */
export class UsageError extends Error {}
