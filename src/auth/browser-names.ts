/** Browsers that can be asked for, and what their profiles may be called. */

export const BROWSERS = ["chrome", "chromium", "edge", "firefox", "brave", "safari"] as const;

/** A name, and never an option of a browser or a path. */
export const PROFILE_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@+-]*$/u;
