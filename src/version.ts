/** The version of this build; the bundler puts package.json's in its place. */
declare const __VERSION__: string | undefined;

export const version = typeof __VERSION__ === "string" ? __VERSION__ : "0.0.0-source";
